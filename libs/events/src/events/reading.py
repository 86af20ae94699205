"""What the queries of the store select, and rows as what the port speaks of."""

import asyncpg
import orjson

from events.encoding import metadata_from
from events.occurrence import Occurred, Precision
from events.store import Answer, Json, Recorded, Sealed

_EVENTS = """select position, id, key, stream, version, type, data, occurred_at, occurred_precision,
    recorded_at, corrects, metadata from events"""
HISTORY = f"{_EVENTS} where key = $1 order by position"
AFTER = f"{_EVENTS} where position > $1 order by position limit $2"
HEAD = "select position, recorded_at from log_head where id = 1"
POSITION_AT = """with recursive within (low, high) as (
        select 0::bigint, position from log_head where id = 1
        union all
        select case when e.recorded_at <= $1 then e.position else w.low end,
            case when e.recorded_at <= $1 then w.high else e.position - 1 end
        from within w join events e on e.position = (w.low + w.high + 1) / 2
        where w.low < w.high
    ) select low from within where low = high"""
"""Halves the log until one position is left: times grow with positions."""
STORED = "select position, recorded_at from events where id = $1"
ANSWER = """select r.status, r.location, r.version, coalesce(e.position, r.position) as position,
        r.body_hash
    from requests r left join events e on e.id = r.event
    where (r.subject, r.route, r.key) = ($1, $2, $3)"""
HANDLED = "select exists (select from inbox where (consumer, message) = ($1, $2))"
DATA_KEY = "select key_id, wrapped_key from vault_keys where person = $1"
KEEP_KEY = """insert into vault_keys (person, key_id, wrapped_key) values ($1, $2, $3)
    on conflict (person) do update set person = excluded.person
    returning key_id, wrapped_key"""
"""Writes nothing new where there is a key, so that the row comes back whoever made it."""
SEALED = """select f.person, f.record, f.field, f.ciphertext, k.key_id, k.wrapped_key
    from vault_fields f join vault_keys k using (person)
    where f.person = $1 and ($2::uuid is null or f.record = $2)"""
ALIKE = """select distinct o.person from vault_fields f join vault_fields o using (record)
    where f.person = $1 and f.field = 'fingerprint' and o.field = 'fingerprint'
        and o.person <> f.person
    order by o.person desc limit 50"""
ERASE_KEY = """insert into vault_keys (person, erased_at) values ($1, clock_timestamp())
    on conflict (person) do update set key_id = null, wrapped_key = null,
        erased_at = coalesce(vault_keys.erased_at, excluded.erased_at)"""
_PRECISIONS = {str(precision): precision for precision in Precision}
ERASE_FIELDS = "delete from vault_fields where person = $1"


def recorded(source: str, row: asyncpg.Record) -> Recorded[Json]:
    return Recorded(
        source=source,
        position=row["position"],
        id=row["id"],
        key=row["key"],
        stream=row["stream"],
        version=row["version"],
        type=row["type"],
        event=orjson.loads(row["data"]),
        occurred=Occurred(row["occurred_at"], _PRECISIONS[row["occurred_precision"]]),
        recorded_at=row["recorded_at"],
        metadata=metadata_from(orjson.loads(row["metadata"])),
        corrects=row["corrects"],
    )


def answer(row: asyncpg.Record) -> Answer:
    return Answer(**dict(row))


def sealed(row: asyncpg.Record) -> Sealed:
    return Sealed(**dict(row))
