"""The object store and the contents in it: whole or not there, unreadable without the key."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.contents import Content, Contents, TooLarge
from events.memory import MemoryStore
from events.objects import BLOCK_BYTES, FolderObjects, MemoryObjects, Missing, Objects
from events.store import Erased, Unavailable, WriteSet
from events.testing import numbered
from events.vault import MasterKey, Vault

CASE, ID, OTHER = numbered(1), numbered(2), numbered(3)


@pytest.fixture(params=["memory", "folder"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return MemoryObjects() if request.param == "memory" else FolderObjects(tmp_path)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore("casefile")


@pytest.fixture
def contents(objects: Objects, store: MemoryStore) -> Contents:
    return Contents(objects, Vault(store, MasterKey(bytes(32))), 10 * BLOCK_BYTES)


async def in_blocks(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


async def cut_short() -> AsyncIterator[bytes]:
    yield b"the beginning"
    raise ConnectionError


async def read(objects: Objects, key: UUID = CASE, id_: UUID = ID) -> bytes:
    return b"".join([block async for block in objects.get(key, id_)])


async def kept(contents: Contents, store: MemoryStore, plain: bytes) -> Content:
    """A content whose record is in the vault."""
    content, sealed = await contents.put(CASE, ID, in_blocks(plain), "text/plain")
    await store.append(WriteSet(vault=sealed))
    return content


async def opened(contents: Contents) -> bytes:
    return b"".join([block async for block in contents.get(CASE, ID)])


async def test_an_object_is_read_as_it_was_put(objects: Objects) -> None:
    await objects.put(CASE, ID, in_blocks(b"one", b"", b"two"))
    await objects.put(OTHER, ID, in_blocks())

    assert await read(objects) == b"onetwo"
    assert await read(objects, OTHER) == b""


async def test_what_was_not_put_is_missing(objects: Objects) -> None:
    await objects.put(CASE, ID, in_blocks(b"one"))

    for key, id_ in ((OTHER, ID), (CASE, OTHER)):
        with pytest.raises(Missing):
            await read(objects, key, id_)


async def test_what_is_cut_short_is_not_kept(objects: Objects, tmp_path: Path) -> None:
    with pytest.raises(ConnectionError):
        await objects.put(CASE, ID, cut_short())

    with pytest.raises(Missing):
        await read(objects)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_what_nobody_waits_for_any_more_leaves_no_file(tmp_path: Path) -> None:
    """Also where it is given up while the file is being made."""
    putting = asyncio.create_task(FolderObjects(tmp_path).put(CASE, ID, in_blocks(b"all of it")))
    await asyncio.sleep(0)

    putting.cancel()
    await asyncio.wait([putting])

    assert putting.cancelled()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_without_a_folder_or_where_it_is_gone_nothing_can_be_said(tmp_path: Path) -> None:
    for objects in (FolderObjects(None), FolderObjects(tmp_path / "unmounted")):
        with pytest.raises(Unavailable):
            await objects.put(CASE, ID, in_blocks(b"one"))
        with pytest.raises(Unavailable):
            await read(objects)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_in_the_way_is_a_fault_of_the_storage(tmp_path: Path) -> None:
    (tmp_path / str(CASE)).write_bytes(b"")

    with pytest.raises(Unavailable):
        await FolderObjects(tmp_path).put(CASE, ID, in_blocks(b"one"))


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])
async def test_a_content_of_any_length_comes_back_with_its_digest(
    contents: Contents, store: MemoryStore, size: int
) -> None:
    content = await kept(contents, store, bytes(size))

    assert await opened(contents) == bytes(size)
    assert await contents.about(CASE, ID) == content
    assert await contents.measured(in_blocks(bytes(size)), "text/plain") == content
    assert content.size == size


async def test_what_lies_in_the_store_tells_nothing_and_is_bound_to_its_place(
    objects: Objects, contents: Contents, store: MemoryStore
) -> None:
    await kept(contents, store, b"the surgeon said so")

    stored = await read(objects)
    await objects.put(CASE, OTHER, in_blocks(stored))

    assert b"surgeon" not in stored
    with pytest.raises(Unavailable):
        [block async for block in contents.get(CASE, OTHER)]


@given(st.integers(0, 3 * BLOCK_BYTES), st.integers(0, 7))
@settings(max_examples=25, deadline=None)
async def test_a_changed_or_shortened_object_is_not_handed_out_as_whole(
    place: int, bit: int
) -> None:
    store, objects = MemoryStore("casefile"), MemoryObjects()
    contents = Contents(objects, Vault(store, MasterKey(bytes(32))), 10 * BLOCK_BYTES)
    await kept(contents, store, bytes(3 * BLOCK_BYTES))
    whole = objects.kept[CASE, ID]

    flipped = whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
    for damaged in (flipped, whole[:place]):
        objects.kept[CASE, ID] = damaged
        with pytest.raises(Unavailable):
            await opened(contents)


async def test_a_content_that_is_too_large_is_not_kept(
    objects: Objects, contents: Contents
) -> None:
    with pytest.raises(TooLarge):
        await contents.put(CASE, ID, in_blocks(*[bytes(BLOCK_BYTES)] * 11), "text/plain")

    with pytest.raises(Missing):
        await read(objects)


async def test_an_object_whose_record_was_never_written_is_of_no_effect(
    contents: Contents, store: MemoryStore
) -> None:
    """The process died between the two."""
    await contents.put(CASE, ID, in_blocks(b"one"), "text/plain")

    assert await contents.about(CASE, ID) is None
    assert await kept(contents, store, b"two") == await contents.about(CASE, ID)
    assert await opened(contents) == b"two"


async def test_erasure_makes_a_content_unreadable(contents: Contents, store: MemoryStore) -> None:
    await kept(contents, store, b"one")

    await store.erase(CASE)

    for attempt in (opened(contents), contents.about(CASE, ID)):
        with pytest.raises(Erased):
            await attempt
