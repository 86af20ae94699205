-- Who shares a fingerprint with a person is looked up by the record, whose id is the fingerprint.

create index vault_fields_fingerprint_idx on vault_fields (record) where field = 'fingerprint';
