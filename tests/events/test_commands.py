"""Running a command: load, decide, append, and again where somebody else was quicker."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import Codec
from events.commands import Cause, Done, History, StreamType, execute
from events.decider import Decider, Rejected
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import (
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Draft,
    Metadata,
    RequestKey,
    Store,
    VersionConflict,
    Work,
    WriteSet,
)
from events.testing import METADATA, NOW, draft, numbered, write
from events.vault import MasterKey, Vault

AT = Occurred.instant(NOW)
KEY = numbered(1)


@dataclass(frozen=True, slots=True)
class Add:
    number: int


@dataclass(frozen=True, slots=True)
class Added:
    occurred: Occurred
    number: int


def decide(command: Add, total: int) -> list[Added]:
    if total + command.number > 100:
        raise Rejected("too-much", "More than a hundred is not allowed.")
    return [Added(AT, command.number)] if command.number else []


def evolve(total: int, event: Added) -> int:
    return total + event.number


def celebration(draft: Draft, event: Added) -> list[Work]:
    if event.number != 42:
        return []
    return [Work(id=draft.id, kind="cake", key=draft.key, data={}, metadata=draft.metadata)]


SUM = StreamType(
    "sum", Decider(0, decide, evolve), Codec[Added]({"sum.added.v1": Added}), celebration
)
CAUSE = Cause(metadata=METADATA)
REQUEST = RequestKey(subject="tester", route="POST /sums", key="1")
ANSWER = Answer(status=201, location="/sums/1", version=0, position=0, body_hash=b"hash")
ONCE = replace(CAUSE, beside=WriteSet(request=(REQUEST, ANSWER)))


async def total(store: Store, stream: UUID = KEY, key: UUID = KEY) -> int:
    return SUM.state(await store.history(key), stream)


async def test_a_command_appends_what_was_decided(store: Store) -> None:
    await execute(store, SUM, KEY, Add(1), CAUSE)
    done = await execute(store, SUM, KEY, Add(2), CAUSE)

    assert done == Done(version=2, position=2)
    assert await total(store) == 3
    assert [r.metadata for r in await store.history(KEY)] == [METADATA] * 2


async def test_a_command_that_changes_nothing_appends_nothing(store: Store) -> None:
    first = await execute(store, SUM, KEY, Add(1), CAUSE)
    await store.append(write(draft(uuid4())))

    assert await execute(store, SUM, KEY, Add(0), CAUSE) == first


async def test_a_command_that_changes_nothing_leaves_nothing_in_the_vault(store: Store) -> None:
    sealed = await Vault(store, MasterKey(bytes(32))).seal(KEY, numbered(2), {"text": "Aye"})
    cause = replace(CAUSE, beside=WriteSet(vault=sealed))

    await execute(store, SUM, KEY, Add(0), cause)
    before = await store.sealed(KEY)
    await execute(store, SUM, KEY, Add(1), cause)

    assert before == []
    assert len(await store.sealed(KEY)) == 1


async def test_a_rule_that_says_no_leaves_no_trace(store: Store) -> None:
    with pytest.raises(Rejected) as rejected:
        await execute(store, SUM, KEY, Add(101), ONCE)

    assert rejected.value.code == "too-much"
    assert (await store.head()).position == 0
    assert await store.answer(REQUEST) is None


async def test_a_stale_version_is_refused_and_not_tried_again(store: Store) -> None:
    await execute(store, SUM, KEY, Add(1), CAUSE)

    with pytest.raises(VersionConflict):
        await execute(store, SUM, KEY, Add(1), replace(CAUSE, expected=0))
    await execute(store, SUM, KEY, Add(1), replace(CAUSE, expected=1))

    assert await total(store) == 2


async def test_a_repeated_request_is_answered_and_not_done_again(store: Store) -> None:
    done = await execute(store, SUM, KEY, Add(1), ONCE)

    with pytest.raises(AlreadyAnswered) as repeated:
        await execute(store, SUM, KEY, Add(1), ONCE)

    assert repeated.value.answer == replace(ANSWER, version=done.version, position=done.position)
    assert await total(store) == 1


async def test_a_repeated_request_that_changed_nothing_is_answered_alike(store: Store) -> None:
    await execute(store, SUM, KEY, Add(1), CAUSE)
    done = await execute(store, SUM, KEY, Add(0), ONCE)

    with pytest.raises(AlreadyAnswered) as repeated:
        await execute(store, SUM, KEY, Add(5), ONCE)

    assert repeated.value.answer == replace(ANSWER, version=done.version, position=done.position)


async def test_who_may_not_is_refused_before_anything_is_decided(store: Store) -> None:
    class Forbidden(Exception):
        pass

    def nobody(_: History) -> None:
        raise Forbidden

    with pytest.raises(Forbidden):
        await execute(store, SUM, KEY, Add(101), replace(CAUSE, permit=nobody))


async def test_two_at_once_are_both_done(store: Store) -> None:
    adds = [execute(store, SUM, KEY, Add(n), CAUSE) for n in range(1, 11)]

    done = await asyncio.gather(*adds)

    assert sorted(d.version for d in done) == list(range(1, 11))
    assert await total(store) == 55


class Rival:
    """A store on which somebody else appends between load and append, some times."""

    def __init__(
        self, store: MemoryStore, times: int, streams: Sequence[UUID] = (KEY, numbered(2))
    ) -> None:
        self._store = store
        self._times = times
        self._streams = streams

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._store, name)  # type: ignore[no-any-return]

    async def append(self, write_set: WriteSet) -> object:
        if self._times:
            self._times -= 1
            ten = {"number": 10}
            for stream in self._streams:
                await self._store.append(write(draft(stream, ten, key=KEY, type="sum.added.v1")))
        return await self._store.append(write_set)


async def test_a_conflict_is_decided_anew() -> None:
    store = MemoryStore("intake")

    done = await execute(Rival(store, 3), SUM, KEY, Add(1), CAUSE)  # type: ignore[arg-type]

    assert done.version == 4
    assert await total(store) == 31


async def test_what_is_decided_anew_may_be_rejected() -> None:
    store = MemoryStore("intake")

    with pytest.raises(Rejected):
        await execute(Rival(store, 1), SUM, KEY, Add(95), CAUSE)  # type: ignore[arg-type]


class Overtaken:
    """A store on which another process carries out the same just before the first load."""

    def __init__(self, store: MemoryStore, beside: WriteSet) -> None:
        self._store = store
        sixty = draft(KEY, {"number": 60}, type="sum.added.v1")
        self._same: WriteSet | None = replace(beside, events=[sixty], expected={KEY: 0})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._store, name)  # type: ignore[no-any-return]

    async def history(self, key: UUID) -> object:
        if same := self._same:
            self._same = None
            await self._store.append(same)
        return await self._store.history(key)


@pytest.mark.parametrize(
    ("beside", "known"),
    [
        (ONCE.beside, AlreadyAnswered),
        (WriteSet(message=("sums.reactions", numbered(9))), AlreadyDone),
    ],
)
async def test_what_another_process_did_meanwhile_is_a_repetition_and_no_refusal(
    beside: WriteSet, known: type[Exception]
) -> None:
    store = MemoryStore("intake")
    overtaken: Any = Overtaken(store, beside)
    again = execute(overtaken, SUM, KEY, Add(60), replace(CAUSE, beside=beside))

    [outcome] = await asyncio.gather(again, return_exceptions=True)

    assert type(outcome) is known
    assert await total(store) == 60


async def test_endless_conflicts_end() -> None:
    store = MemoryStore("intake")

    with pytest.raises(VersionConflict):
        await execute(Rival(store, 99), SUM, KEY, Add(1), CAUSE)  # type: ignore[arg-type]


async def test_a_gathered_command_is_decided_on_all_streams_of_the_key() -> None:
    store, other = MemoryStore("intake"), numbered(2)
    await execute(store, SUM, KEY, Add(7), CAUSE, stream=other)

    def the_same(history: History) -> Add:
        return Add(SUM.state(history, other))

    await execute(Rival(store, 1), SUM, KEY, the_same, CAUSE)  # type: ignore[arg-type]

    assert await total(store) == 10 + 17


@pytest.mark.parametrize("begun", [False, True])
async def test_a_stream_that_may_not_have_begun_is_looked_at_where_it_is_named(
    *, begun: bool
) -> None:
    store, other = MemoryStore("intake"), numbered(2)
    await execute(store, SUM, KEY, Add(7), CAUSE)
    if begun:
        await execute(store, SUM, KEY, Add(20), CAUSE, stream=other)

    def the_same(history: History) -> Add:
        return Add(SUM.state(history, other))

    named = replace(CAUSE, looks_at=[other])
    await execute(Rival(store, 1, [other]), SUM, KEY, the_same, named)  # type: ignore[arg-type]

    assert await total(store) == 7 + 10 + 20 * begun


async def test_the_work_of_an_event_is_written_with_it() -> None:
    store = MemoryStore("intake")

    await execute(store, SUM, KEY, Add(42), CAUSE)
    await execute(store, SUM, KEY, Add(1), CAUSE)

    assert [(w.id, w.kind) for w in store.work.values()] == [(store.log[0].id, "cake")]


async def test_a_case_keeps_the_programme_under_which_it_began() -> None:
    store = MemoryStore("intake")
    named: Metadata = replace(METADATA, programme="incidents", programme_version=3)

    await execute(store, SUM, KEY, Add(1), replace(CAUSE, metadata=named))
    await execute(store, SUM, KEY, Add(1), CAUSE, stream=numbered(2))

    programmes = {(r.metadata.programme, r.metadata.programme_version) for r in store.log}
    assert programmes == {("incidents", 3)}


@given(st.lists(st.integers(0, 60), max_size=12))
def test_the_rule_holds_whatever_is_asked(numbers: list[int]) -> None:
    async def ask() -> None:
        store = MemoryStore("intake")
        asked = [execute(store, SUM, KEY, Add(n), CAUSE) for n in numbers]
        results = await asyncio.gather(*asked, return_exceptions=True)
        done = sum(n for n, r in zip(numbers, results, strict=True) if isinstance(r, Done))
        assert await total(store) == done <= 100
        assert {type(r) for r in results} <= {Done, Rejected}

    asyncio.run(ask())
