"""Personal data are sealed per person, open only where they belong, and go with the key."""

import asyncio
import os
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag

from events.store import FINGERPRINT, DataKey, Erased, Sealed, Store, VersionConflict, WriteSet
from events.testing import draft, numbered, write
from events.vault import MasterKey, Vault

PERSON, OTHER = numbered(1), numbered(2)
RECORD, OTHER_RECORD = numbered(11), numbered(12)
FIELDS = {"name": "Zoë de Vries", "phone": "+31 6 00000000"}


@pytest.fixture
def vault(store: Store) -> Vault:
    return Vault(store, MasterKey(os.urandom(32)))


async def put(vault: Vault, *sealed: Sealed) -> None:
    await vault.store.append(WriteSet(vault=sealed))


def under(key: UUID, record: UUID) -> Sealed:
    return Sealed(
        person=PERSON,
        record=record,
        field="name",
        ciphertext=b"x",
        key_id=key,
        wrapped_key=key.bytes,
    )


async def test_what_is_sealed_can_be_opened(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))

    assert await vault.open(PERSON, RECORD) == FIELDS
    assert await vault.open(PERSON, OTHER_RECORD) == {}
    assert await vault.open(OTHER, RECORD) == {}


async def test_the_store_sees_neither_text_nor_key(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))

    stored = await vault.store.sealed(PERSON)

    key = await vault.keys.unwrap(PERSON, stored[0].wrapped_key)
    assert len(stored) == len(FIELDS)
    for sealed in stored:
        assert FIELDS[sealed.field].encode() not in sealed.ciphertext
        assert key not in sealed.wrapped_key


async def test_a_field_that_is_sealed_again_is_replaced(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))

    await put(vault, *await vault.seal(PERSON, RECORD, {"phone": "+32 2 0000000"}))

    assert await vault.open(PERSON, RECORD) == {**FIELDS, "phone": "+32 2 0000000"}


async def test_a_person_has_one_key_and_each_sealing_a_text_of_its_own(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))
    await put(vault, *await vault.seal(PERSON, OTHER_RECORD, FIELDS))

    stored = await vault.store.sealed(PERSON)

    assert len({s.key_id for s in stored}) == 1
    assert len({s.ciphertext for s in stored}) == len(stored) == 4


@pytest.mark.parametrize(
    "moved", [{"record": OTHER_RECORD}, {"field": "alias"}], ids=["record", "field"]
)
async def test_a_ciphertext_opens_only_in_its_place(vault: Vault, moved: dict[str, object]) -> None:
    [sealed] = await vault.seal(PERSON, RECORD, {"name": "Zoë"})
    stray: Sealed = replace(sealed, **moved)  # type: ignore[arg-type]
    await put(vault, stray)

    with pytest.raises(InvalidTag):
        await vault.open(PERSON, stray.record)


async def test_a_key_serves_one_person_only(vault: Vault) -> None:
    [sealed] = await vault.seal(PERSON, RECORD, {"name": "Zoë"})
    await put(vault, replace(sealed, person=OTHER))

    with pytest.raises(InvalidTag):
        await vault.open(OTHER, RECORD)


async def test_another_master_key_opens_nothing(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))
    stranger = Vault(vault.store, MasterKey(os.urandom(32)))

    with pytest.raises(InvalidTag):
        await stranger.open(PERSON, RECORD)


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(b"short")


async def test_an_erased_person_is_neither_read_nor_stored_again(vault: Vault) -> None:
    late = await vault.seal(PERSON, RECORD, FIELDS)
    await put(vault, *late)

    await vault.erase(PERSON)
    await vault.erase(PERSON)

    with pytest.raises(Erased):
        await vault.open(PERSON, RECORD)
    with pytest.raises(Erased):
        await vault.seal(PERSON, RECORD, FIELDS)
    with pytest.raises(Erased) as erased:
        await put(vault, *late)
    assert erased.value.person == PERSON


async def test_a_write_set_for_an_erased_person_leaves_no_trace(vault: Vault) -> None:
    stream = uuid4()
    late = await vault.seal(PERSON, RECORD, FIELDS)
    await vault.erase(PERSON)

    with pytest.raises(Erased):
        await vault.store.append(write(draft(stream), vault=late, message=("c", stream)))

    assert await vault.store.history(stream) == []
    await vault.store.append(write(draft(stream), message=("c", stream)))


async def test_an_erasure_spares_other_persons(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))
    await put(vault, *await vault.seal(OTHER, RECORD, FIELDS))

    await vault.erase(PERSON)

    assert await vault.open(OTHER, RECORD) == FIELDS


async def test_several_records_of_someone_new_are_sealed_under_one_key(vault: Vault) -> None:
    key = await vault.new_key(PERSON)
    nothing = await vault.store.data_key(PERSON)
    await put(vault, *key.seal_all({RECORD: FIELDS, OTHER_RECORD: {"text": "Aye"}}))

    assert nothing is None
    assert await vault.open(PERSON, RECORD) == FIELDS
    assert await vault.open(PERSON, OTHER_RECORD) == {"text": "Aye"}


async def test_who_shares_a_fingerprint_is_found_from_either_side_the_newest_first(
    vault: Vault,
) -> None:
    third, shared, own = numbered(3), numbered(21), numbered(22)
    for person, records in ((PERSON, [shared]), (OTHER, [shared, own]), (third, [shared, own])):
        prints = {record: {FINGERPRINT: ""} for record in records}
        await put(vault, *(await vault.key(person)).seal_all(prints))

    assert await vault.store.alike(PERSON) == [third, OTHER]
    assert await vault.store.alike(OTHER) == [third, PERSON]
    assert await vault.store.alike(numbered(4)) == []


async def test_other_records_of_one_id_make_nobody_alike(vault: Vault) -> None:
    await put(vault, *await vault.seal(PERSON, RECORD, FIELDS))
    await put(vault, *await vault.seal(OTHER, RECORD, FIELDS))
    await put(vault, *await vault.seal(OTHER, OTHER_RECORD, {FINGERPRINT: ""}))

    assert await vault.store.alike(PERSON) == []


async def test_who_was_erased_is_like_nobody(vault: Vault) -> None:
    for person in (PERSON, OTHER):
        await put(vault, *await vault.seal(person, RECORD, {FINGERPRINT: ""}))

    await vault.erase(OTHER)

    assert await vault.store.alike(PERSON) == []
    assert await vault.store.alike(OTHER) == []


async def test_a_conflict_counts_before_an_erasure(vault: Vault) -> None:
    late = await vault.seal(PERSON, RECORD, FIELDS)
    await vault.erase(PERSON)

    with pytest.raises(VersionConflict):
        await vault.store.append(write(draft(uuid4()), expected=3, vault=late))


async def test_who_seal_the_first_of_a_person_at_once_do_so_with_one_key(vault: Vault) -> None:
    records = [uuid4() for _ in range(20)]

    async def keep(record: UUID) -> None:
        await put(vault, *await vault.seal(PERSON, record, FIELDS))

    await asyncio.gather(*map(keep, records))

    assert [await vault.open(PERSON, record) for record in records] == [FIELDS] * 20


async def test_the_first_key_of_a_person_is_the_one_that_is_kept(vault: Vault) -> None:
    first, second = (DataKey(uuid4(), wrapped) for wrapped in (b"first", b"second"))

    kept = [await vault.store.keep_key(PERSON, key) for key in (first, second, first)]

    assert kept == [first] * 3
    assert await vault.store.data_key(PERSON) == first


async def test_no_key_is_kept_for_an_erased_person(vault: Vault) -> None:
    await vault.erase(PERSON)

    with pytest.raises(Erased):
        await vault.store.keep_key(PERSON, DataKey(uuid4(), b"late"))
    with pytest.raises(Erased):
        await vault.seal(PERSON, RECORD, FIELDS)


async def test_records_of_someone_new_under_two_keys_are_refused(vault: Vault) -> None:
    with pytest.raises(VersionConflict):
        await put(vault, under(uuid4(), RECORD), under(uuid4(), OTHER_RECORD))

    assert await vault.store.sealed(PERSON) == []


async def test_the_key_that_a_refused_set_brings_is_not_kept(vault: Vault) -> None:
    refused = [under(uuid4(), RECORD)]

    with pytest.raises(VersionConflict):
        await vault.store.append(write(draft(uuid4()), expected=3, vault=refused))

    assert await vault.store.data_key(PERSON) is None
