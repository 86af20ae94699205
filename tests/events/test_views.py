"""Views: at every checkpoint, for every state of knowledge, a view equals the fold of the log."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from checker import slowly
from events.backoff import Backoff
from events.columns import believed_at, held_at
from events.connection import connect
from events.following import Folded, Folding, Views, ViewTables, wait_for
from events.history import BEGINNING, FOREVER, facts
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.parking import Lane
from events.parking_postgres import PostgresYard
from events.pooled import transaction
from events.postgres import PostgresStore
from events.rebuild import rebuild
from events.sql import fetch
from events.store import Json, Recorded, Store, Unavailable
from events.testing import NOW, draft, numbered, recorded, write
from events.views import Decode, Row, Rows, View, intervals, materialise
from events.views_memory import MemoryViews
from events.views_postgres import PostgresViews

HOUR = timedelta(hours=1)
WAITING = "select count(*) from pg_locks where not granted"
COMPARING = """select count(*) from pg_stat_activity
    where state = 'active' and query like '%except all%' and pid <> pg_backend_pid()"""
MANY_ROWS = """insert into levels_v1 select gen_random_uuid(), now(), 'infinity', n, '{}', '{}',
    now(), 'infinity' from generate_series(1, 50000) n"""
KEYS_PER_ROW = """select n_distinct from pg_stats
    where tablename = 'levels_v1' and attname = 'key'"""
OPTIONS = """select attoptions from pg_attribute
    where attrelid = 'levels_v1'::regclass and attname = 'key'"""
NONE: tuple[int, ...] = ()


def _levels(levels: tuple[int, ...], fact: Recorded[Any]) -> tuple[int, ...]:
    return (*levels, fact.event["level"])


def _level(levels: tuple[int, ...]) -> Iterable[Row]:
    yield {"level": levels[-1], "before": list(levels[:-1]), "extra": {"n": len(levels)}}


levels_rows = intervals(NONE, _levels, _level)
"""The level of support over time, and the levels that there were before it."""


def view(version: int = 1, rows: Any = levels_rows) -> View:  # noqa: ANN401
    return View.of(
        "levels",
        version,
        Column("level", Integer, nullable=False),
        Column("before", ARRAY(Integer), nullable=False),
        Column("extra", JSONB, nullable=False),
        types=frozenset({"set.v1"}),
        rows=rows,
    )


LEVELS = view()
LAST = intervals(NONE, _levels, lambda levels: [{"level": levels[-1]}])
EACH = intervals(NONE, _levels, lambda levels: [{"level": n} for n in levels])
KEY = numbered(1)


def as_it_is(event: Recorded[Json]) -> Recorded[Any]:
    return event


def at(hour: int) -> Occurred:
    return Occurred.instant(NOW + hour * HOUR)


def ordered(rows: Iterable[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


# Pure: ranges of time in which rows held, and in which they were believed


def test_a_row_holds_until_another_takes_its_place() -> None:
    known = [
        recorded({"level": 1}, 1, occurred=at(0)),
        recorded({"level": 2}, 2, occurred=at(5)),
    ]

    rows = LAST(KEY, known)

    assert rows == [
        {"level": 1, "held_from": NOW, "held_until": NOW + 5 * HOUR},
        {"level": 2, "held_from": NOW + 5 * HOUR, "held_until": FOREVER},
    ]


def test_equal_rows_that_follow_on_each_other_are_one() -> None:
    known = [recorded({"level": 1}, n, occurred=at(n)) for n in (1, 2, 3)]

    rows = LAST(KEY, known)

    assert rows == [{"level": 1, "held_from": NOW + HOUR, "held_until": FOREVER}]


def test_what_happens_at_one_instant_counts_together() -> None:
    known = [recorded({"level": n}, n, occurred=at(0)) for n in (1, 2)]

    rows = LAST(KEY, known)

    assert [row["level"] for row in rows] == [2]


def test_several_rows_may_hold_at_once_even_equal_ones() -> None:
    known = [recorded({"level": 1}, 1, occurred=at(0)), recorded({"level": 1}, 2, occurred=at(1))]

    rows = EACH(KEY, known)

    assert sorted(row["held_from"] for row in rows) == [NOW, NOW + HOUR]


def test_what_was_believed_before_a_correction_is_kept() -> None:
    first = recorded({"level": 1}, 1, type="set.v1", occurred=at(0))
    corrected = recorded({"level": 3}, 2, type="set.v1", occurred=at(0), corrects=first.id)

    rows = materialise(LEVELS, {first.key: [first, corrected]})

    assert [(row["level"], row["believed_from"], row["believed_until"]) for row in rows] == [
        (1, first.recorded_at, corrected.recorded_at),
        (3, corrected.recorded_at, FOREVER),
    ]


def test_events_of_other_types_change_nothing() -> None:
    known = recorded({"level": 1}, 1, type="set.v1")
    other = recorded({"level": 9}, 2, type="other.v1")

    assert materialise(LEVELS, {known.key: [known, other]}) == materialise(
        LEVELS, {known.key: [known]}
    )


def test_a_table_carries_the_version_of_its_view() -> None:
    assert view(2).table.name == "levels_v2"


def test_a_key_with_many_events_is_computed_in_little_time() -> None:
    events = [recorded({"level": n % 7}, n, type="set.v1", occurred=at(-n)) for n in range(1, 201)]
    began = time.process_time()

    rows = materialise(LEVELS, {events[0].key: events})

    assert rows
    assert time.process_time() - began < 5


histories = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 4),
        st.integers(0, 5),
        st.sampled_from(["set.v1", "set.v1", "other.v1"]),
        st.booleans(),
    ),
    max_size=25,
)


def log_of(history: Iterable[tuple[int, int, int, str, bool]]) -> list[Recorded[Json]]:
    """Events of three keys; some correct the first fact of their key."""
    log: list[Recorded[Json]] = []
    for position, (key, level, hour, type_, corrects) in enumerate(history, 1):
        own = [e for e in log if e.key == numbered(key) and e.type == type_]
        event: Recorded[Json] = recorded(
            {"level": level},
            position,
            key=numbered(key),
            type=type_,
            occurred=at(hour),
            corrects=own[0].id if corrects and own else None,
        )
        log.append(event)
    return log


def by_key(log: Iterable[Recorded[Json]]) -> dict[UUID, list[Recorded[Json]]]:
    keys: dict[UUID, list[Recorded[Json]]] = {}
    for event in log:
        keys.setdefault(event.key, []).append(event)
    return keys


@settings(max_examples=100)
@given(histories)
def test_for_every_state_of_knowledge_the_rows_are_those_of_the_fold(
    history: list[tuple[int, int, int, str, bool]],
) -> None:
    log = log_of(history)
    rows = materialise(LEVELS, by_key(log))

    for known_at in [event.recorded_at for event in log]:
        for key, events in by_key(log).items():
            read = [e for e in events if LEVELS.reads(e)]
            expected = levels_rows(key, facts(read, known_at=known_at))
            believed = [
                {
                    n: v
                    for n, v in row.items()
                    if n not in ("key", "believed_from", "believed_until")
                }
                for row in rows
                if row["key"] == key and row["believed_from"] <= known_at < row["believed_until"]
            ]
            assert ordered(believed) == ordered(expected)


@settings(max_examples=60)
@given(histories, st.integers(0, 2**32))
def test_topics_in_any_interleaving_give_the_same_rows(
    history: list[tuple[int, int, int, str, bool]], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible by its seed
    topics: list[list[Recorded[Json]]] = [[], [], []]
    for event in log_of(history):
        topics[event.position % 3].append(event)

    shuffled = []
    while any(topics):
        shuffled.append(chance.choice([topic for topic in topics if topic]).pop(0))

    assert ordered(materialise(LEVELS, by_key(shuffled))) == ordered(
        materialise(LEVELS, by_key(log_of(history)))
    )


# The loop over a log: stopped anywhere, on memory


async def appended(store: Store, history: Iterable[tuple[int, int, int, str, bool]]) -> None:
    for event in log_of(history):
        one = draft(
            event.key,
            event.event,
            id=event.id,
            type=event.type,
            occurred=event.occurred,
            corrects=event.corrects,
        )
        await store.append(write(one))


@settings(max_examples=40)
@given(histories, st.lists(st.integers(1, 6), max_size=20))
def test_stopped_at_any_checkpoint_and_started_anew_a_view_equals_the_fold(
    history: list[tuple[int, int, int, str, bool]], batches: list[int]
) -> None:
    asyncio.run(_stopped_anywhere(history, batches))


async def _stopped_anywhere(
    history: list[tuple[int, int, int, str, bool]], batches: list[int]
) -> None:
    ticks = iter(range(1_000_000))
    store = MemoryStore("intake", lambda: NOW + timedelta(seconds=next(ticks)))
    tables = MemoryViews(store)
    await appended(store, history)
    keeping = Folding(view=LEVELS, decode=as_it_is)
    position = 0

    for number, batch in enumerate([*batches, 100, 100]):
        views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is, batch=batch)
        folding = keeping if number % 2 else Folding(view=LEVELS, decode=as_it_is)
        position = await views.step(folding, position)

        assert position == await tables.position(LEVELS)
        expected = materialise(LEVELS, by_key(store.log[:position]))
        assert ordered(tables.rows(LEVELS)) == ordered(expected)
    assert position == len(store.log)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(0, 2**32))
def test_what_is_remembered_of_a_key_is_of_no_use_once_something_older_arrives(
    history: list[tuple[int, int, int, str, bool]], seed: int
) -> None:
    """A log that holds what others recorded gets to know it in an order of its own."""
    arrived = log_of(history)
    random.Random(seed).shuffle(arrived)  # noqa: S311 - reproducible by its seed
    folding = Folding(view=LEVELS, decode=as_it_is)
    read = [event for event in arrived if LEVELS.reads(event)]

    async def learned(known: Sequence[Recorded[Json]]) -> Folded:
        return await folding.fold(by_key(known))

    for known in range(len(read) + 1):
        folded = asyncio.run(learned(read[:known]))

        rows = [row for own in folded.rows.values() for row in own]
        assert ordered(rows) == ordered(slowly.materialise(LEVELS, by_key(read[:known])))


async def test_a_fact_that_was_recorded_before_the_last_one_known_is_put_in_its_place() -> None:
    folding = Folding(view=LEVELS, decode=as_it_is)
    early, late = (recorded({"level": n}, n, type="set.v1", occurred=at(0)) for n in (1, 2))
    await folding.fold({early.key: [late]})

    folded = await folding.fold({early.key: [late, early]})

    expected = materialise(LEVELS, {early.key: [early, late]})
    assert ordered(folded.rows[early.key]) == ordered(expected)
    assert [row["level"] for row in expected] == [1, 2]


# The same loop and the tables, on memory and on PostgreSQL


class Place:
    def __init__(self, store: Store, tables: ViewTables) -> None:
        self.store = store
        self.tables = tables

    async def rows(self) -> list[Row]:
        if isinstance(self.tables, MemoryViews):
            return self.tables.rows(LEVELS)
        pool = self.tables._pool  # type: ignore[attr-defined]
        return [_python(row) for row in await fetch(pool, select(LEVELS.table))]

    async def expected(self) -> list[Row]:
        return materialise(LEVELS, by_key(await self.store.after(0, 1000)))


def _python(row: Row) -> Row:
    """What asyncpg leaves to its caller: JSON as text."""
    extra = row["extra"]
    return {**row, "extra": orjson.loads(extra)}


@pytest.fixture
async def place(kind: str | None) -> AsyncIterator[Place]:
    if kind is None:
        store = MemoryStore("intake")
        yield Place(store, MemoryViews(store))
    else:
        async with PostgresStore.open(kind, source="intake") as opened:
            tables = PostgresViews("intake", opened.pool)
            await tables.create([LEVELS])
            await tables.create([LEVELS])
            yield Place(opened, tables)


def following(
    place: Place, view: View = LEVELS, decode: Decode = as_it_is
) -> AbstractAsyncContextManager[None]:
    return running(Views(store=place.store, tables=place.tables, views=[view], decode=decode))


@asynccontextmanager
async def running(views: Views) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(100), asyncio.TaskGroup() as tasks:
        tasks.create_task(views.run(stop))
        yield
        stop.set()


HISTORY = [
    (1, 1, 0, "set.v1", False),
    (2, 4, 3, "set.v1", False),
    (1, 2, 5, "set.v1", False),
    (3, 0, 0, "other.v1", False),
    (1, 3, 0, "set.v1", True),
]


async def test_a_view_follows_the_log_and_can_be_waited_for(place: Place) -> None:
    async with following(place):
        await appended(place.store, HISTORY)
        assert await wait_for(place.tables, LEVELS, len(HISTORY), 5)

        rows = await place.rows()

    assert ordered(rows) == ordered(await place.expected())
    assert len(rows) == 6


async def test_waiting_for_what_does_not_come_ends_in_time(place: Place) -> None:
    assert not await wait_for(place.tables, LEVELS, 1, 0.05)


async def test_two_that_follow_at_once_do_not_disturb_each_other(place: Place) -> None:
    async with following(place), following(place):
        for _ in range(10):
            await place.store.append(write(draft(numbered(1), {"level": 1}, type="set.v1")))
        assert await wait_for(place.tables, LEVELS, 10, 5)

    assert ordered(await place.rows()) == ordered(await place.expected())


async def test_who_is_not_at_the_checkpoint_changes_nothing(place: Place) -> None:
    assert await place.tables.replace(LEVELS, 0, 5, Folded())

    assert not await place.tables.replace(LEVELS, 0, 9, Folded({numbered(1): []}))

    assert await place.tables.position(LEVELS) == 5


async def test_who_is_overtaken_goes_on_from_where_the_view_is(place: Place) -> None:
    await appended(place.store, HISTORY)
    views = Views(store=place.store, tables=place.tables, views=[LEVELS], decode=as_it_is, batch=2)
    quick, slow = (Folding(view=LEVELS, decode=as_it_is) for _ in range(2))
    assert await views.step(quick, 0) == 2
    assert await views.step(quick, 2) == 4

    assert await views.step(slow, 0) == 4

    assert await views.step(slow, 4) == len(HISTORY)
    assert ordered(await place.rows()) == ordered(await place.expected())


# A key whose facts cannot be read, or whose rows are refused


def reads_no(*unread: int) -> Rows:
    def rows(key: UUID, known: Sequence[Recorded[Any]]) -> list[Row]:
        if any(fact.event["level"] in unread for fact in known):
            raise KeyError("canary")
        return levels_rows(key, known)

    return rows


def older_code(*unread: int) -> View:
    return view(rows=reads_no(*unread))


def ends_before_it_begins(level: int) -> Rows:
    """Rows whose range no index can hold, once there was this level."""

    def rows(key: UUID, known: Sequence[Recorded[Any]]) -> list[Row]:
        found = levels_rows(key, known)
        wrong = any(fact.event["level"] == level for fact in known)
        return [{**row, "held_until": BEGINNING} for row in found] if wrong else found

    return rows


async def set_level(place: Place, key: int, level: int) -> int:
    await place.store.append(write(draft(numbered(key), {"level": level}, type="set.v1")))
    return (await place.store.head()).position


def keys_of(rows: Iterable[Row]) -> set[UUID]:
    return {row["key"] for row in rows}


async def test_a_key_that_cannot_be_folded_is_parked_and_the_others_go_on(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    older = older_code(5)
    async with following(place, older):
        for key, level in ((1, 1), (2, 2), (1, 5), (2, 3)):
            head = await set_level(place, key, level)
        assert await wait_for(place.tables, older, head, 5)

        assert keys_of(await place.rows()) == {numbered(2)}
        assert await place.tables.parked(older) == [numbered(1)]
    assert "canary" not in caplog.text


async def test_a_fact_that_cannot_be_decoded_parks_its_key(place: Place) -> None:
    def decode(event: Recorded[Json]) -> Recorded[Any]:
        if event.event["level"] == 5:
            raise ValueError("canary")
        return event

    async with following(place, LEVELS, decode):
        await set_level(place, 1, 5)
        head = await set_level(place, 2, 2)
        assert await wait_for(place.tables, LEVELS, head, 5)

    assert keys_of(await place.rows()) == {numbered(2)}
    assert await place.tables.parked(LEVELS) == [numbered(1)]


async def test_whoever_was_released_is_not_shown_by_the_rows_of_a_parked_key(place: Place) -> None:
    older = older_code(5)
    async with following(place, older):
        assert await wait_for(place.tables, older, await set_level(place, 1, 1), 5)
        assert keys_of(await place.rows()) == {numbered(1)}

        assert await wait_for(place.tables, older, await set_level(place, 1, 5), 5)

    assert await place.rows() == []


async def test_newer_code_takes_a_parked_key_up_again_when_it_starts(place: Place) -> None:
    older = older_code(5, 6)
    async with following(place, older):
        await set_level(place, 1, 5)
        head = await set_level(place, 2, 6)
        assert await wait_for(place.tables, older, head, 5)

    async with following(place, newer := older_code(6)), asyncio.timeout(5):
        while await place.tables.parked(newer) != [numbered(2)]:  # noqa: ASYNC110 - tells nobody
            await asyncio.sleep(0.01)

    assert keys_of(await place.rows()) == {numbered(1)}


async def test_what_a_process_with_older_code_parks_is_taken_up_by_one_that_runs_already() -> None:
    store = MemoryStore("intake")
    tables = MemoryViews(store)
    views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is, retry_seconds=0.05)
    await appended(store, HISTORY)

    async with running(views), asyncio.timeout(5):
        assert await wait_for(tables, LEVELS, len(HISTORY), 5)
        older = Folded({numbered(1): []}, {numbered(1): "key-error"})
        await tables.replace(LEVELS, len(HISTORY), len(HISTORY), older)
        while await tables.parked(LEVELS):  # noqa: ASYNC110 - the tables tell nobody
            await asyncio.sleep(0.01)

    assert ordered(tables.rows(LEVELS)) == ordered(materialise(LEVELS, by_key(store.log)))


async def test_a_parked_key_is_tried_again_with_its_next_fact(place: Place) -> None:
    unread = [5]

    def rows(key: UUID, known: Sequence[Recorded[Any]]) -> list[Row]:
        return reads_no(*unread)(key, known)

    async with following(place, mending := view(rows=rows)):
        assert await wait_for(place.tables, mending, await set_level(place, 1, 5), 5)
        unread.clear()
        assert await wait_for(place.tables, mending, await set_level(place, 1, 1), 5)

    assert await place.tables.parked(mending) == []
    assert ordered(await place.rows()) == ordered(await place.expected())


@pytest.mark.system
async def test_a_view_is_whole_once_it_has_seen_what_the_log_held_when_it_was_made(
    database: str,
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables, others = (PostgresViews("intake", store.pool) for _ in range(2))
        await appended(store, HISTORY)
        await tables.create([LEVELS])
        views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is, batch=2)
        folding, position = Folding(view=LEVELS, decode=as_it_is), 0
        whole = [await tables.whole(LEVELS)]
        while position < len(HISTORY):
            position = await views.step(folding, position)
            whole.append(await tables.whole(LEVELS))
        await appended(store, HISTORY)
        await others.create([LEVELS])

        assert whole == [False, False, False, True]
        assert await tables.whole(LEVELS)
        assert await others.whole(LEVELS)


async def test_a_view_that_was_made_before_there_was_anything_is_whole(place: Place) -> None:
    assert await place.tables.whole(LEVELS)

    await appended(place.store, HISTORY)

    assert await place.tables.whole(LEVELS)


@pytest.mark.system
async def test_a_key_whose_rows_the_table_refuses_is_parked_and_listed(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        async with following(place):
            for key, level in ((1, 1), (2, 2**40), (3, 3)):
                head = await set_level(place, key, level)
            assert await wait_for(tables, LEVELS, head, 5)
            [parked] = await PostgresYard(store.pool, views=[LEVELS]).list()

        assert await PostgresYard(store.pool, views=[replace(LEVELS, version=2)]).list() == []
        assert keys_of(await place.rows()) == {numbered(1), numbered(3)}
        assert parked.lane == Lane("views", "levels_v1", numbered(2))
        assert parked.reason == "unwritable"


@pytest.mark.system
async def test_a_rebuild_parks_what_it_cannot_read_and_frees_what_it_can(database: str) -> None:
    older, newer = older_code(5), older_code(6)
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        async with following(place, older):
            for key, level in ((1, 5), (2, 6), (3, 3), (4, 2**40)):
                head = await set_level(place, key, level)
            assert await wait_for(tables, older, head, 5)
        assert sorted(await tables.parked(older)) == [numbered(1), numbered(4)]

        rebuilt = await rebuild(database, "intake", newer, as_it_is)

        assert sorted(await tables.parked(newer)) == [numbered(2), numbered(4)]
        assert keys_of(await place.rows()) == {numbered(1), numbered(3)}
        assert rebuilt.differing == 2


@pytest.mark.system
async def test_a_rebuild_parks_the_key_of_a_row_that_an_index_refuses(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        for key, level in ((1, 1), (2, 2), (3, 3)):
            await set_level(place, key, level)

        await rebuild(database, "intake", view(rows=ends_before_it_begins(2)), as_it_is)

        assert await tables.parked(LEVELS) == [numbered(2)]
        assert keys_of(await place.rows()) == {numbered(1), numbered(3)}
        assert await store.pool.fetchval("select to_regclass('levels_v1_held')") is not None


@pytest.mark.system
async def test_two_rebuilds_may_be_the_first_ones_at_once(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        await PostgresViews("intake", store.pool).create([LEVELS])
        async with asyncio.timeout(20), transaction(store.pool) as other:
            await other.execute("create schema rebuilding")
            made = asyncio.create_task(rebuild(database, "intake", LEVELS, as_it_is))
            while not await store.pool.fetchval(WAITING):
                assert not made.done()

        assert (await made).rows == 0


@pytest.mark.system
async def test_the_server_is_told_how_many_rows_a_key_has(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        await set_level(place, 1, 1)
        await rebuild(database, "intake", LEVELS, as_it_is)
        await store.pool.execute("analyze levels_v1")

        assert await store.pool.fetchval(KEYS_PER_ROW) == pytest.approx(-0.1)


# A view that fails again and again, or does not move


class Failing(MemoryViews):
    """Tables of which every third writing fails, or all of them."""

    def __init__(self, store: MemoryStore, nth: int) -> None:
        super().__init__(store)
        self.written = 0
        self._nth = nth

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        self.written += 1
        if self.written % self._nth == 0:
            raise Unavailable("for a moment")
        return await super().replace(view, seen, until, folded)


@dataclass(frozen=True)
class Counting(Backoff):
    failures: list[int] = field(default_factory=list)

    def delay(self, failures: int, chance: random.Random) -> float:
        del chance
        self.failures.append(failures)
        return 0.0


async def test_a_view_that_moved_on_waits_no_longer_than_after_its_first_failure() -> None:
    store = MemoryStore("intake")
    tables = Failing(store, nth=3)
    backoff = Counting()
    views = Views(
        store=store, tables=tables, views=[LEVELS], decode=as_it_is, batch=1, backoff=backoff
    )
    await appended(store, HISTORY * 3)

    async with running(views):
        assert await wait_for(tables, LEVELS, len(HISTORY), 5)

    assert backoff.failures
    assert set(backoff.failures) == {1}


async def test_a_view_that_is_behind_and_does_not_move_is_not_well_until_it_does() -> None:
    store = MemoryStore("intake")
    tables = Failing(store, nth=1)
    views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is, stalled_seconds=0.1)

    async with running(views), asyncio.timeout(5):
        assert views.healthy
        await appended(store, HISTORY)
        while views.healthy:  # noqa: ASYNC110 - a probe is asked
            await asyncio.sleep(0.01)
        tables._nth = 1_000_000
        while not views.healthy:  # noqa: ASYNC110 - a probe is asked
            await asyncio.sleep(0.01)

    assert await tables.position(LEVELS) == len(HISTORY)


async def test_a_view_with_nothing_to_read_stays_well() -> None:
    store = MemoryStore("intake")
    tables = MemoryViews(store)
    views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is, stalled_seconds=0.05)

    async with running(views):
        await appended(store, HISTORY)
        assert await wait_for(tables, LEVELS, len(HISTORY), 5)
        await asyncio.sleep(0.2)

        assert views.healthy


class Late(MemoryViews):
    """Says what is parked only when it is let, so that much can happen meanwhile."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.asked = asyncio.Event()
        self.let = asyncio.Event()

    async def parked(self, view: View) -> Sequence[UUID]:
        self.asked.set()
        await self.let.wait()
        return await super().parked(view)


async def test_whoever_is_stopped_while_it_looks_at_what_is_parked_ends() -> None:
    store = MemoryStore("intake")
    tables = Late(store)
    views = Views(store=store, tables=tables, views=[LEVELS], decode=as_it_is)
    stop = asyncio.Event()

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(views._keep_following(LEVELS, stop))
        await tables.asked.wait()
        stop.set()
        await views._told(0)
        tables.let.set()


# Conditions of queries, and the rebuild, on PostgreSQL


@pytest.mark.system
@pytest.mark.parametrize(
    ("moment", "levels"),
    [(NOW - HOUR, []), (NOW, [1]), (NOW + 4 * HOUR, [1]), (NOW + 5 * HOUR, [2]), (FOREVER, [2])],
)
async def test_a_past_moment_is_looked_up(
    database: str, moment: datetime, levels: list[int]
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        async with following(place):
            await appended(store, HISTORY[:1] + HISTORY[2:3])
            assert await wait_for(tables, LEVELS, 2, 5)

        query = select(LEVELS.table.c.level).where(
            believed_at(LEVELS.table, datetime.now(UTC)), held_at(LEVELS.table, moment)
        )
        found = await fetch(store.pool, query)

    assert [row["level"] for row in found] == levels


@pytest.mark.system
async def test_an_index_that_a_view_has_got_since_is_made_for_its_table_too(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await store.pool.execute("drop index levels_v1_key")

        await tables.create([LEVELS])

        assert await store.pool.fetchval("select to_regclass('levels_v1_key')") is not None


@pytest.mark.system
async def test_a_view_that_is_there_is_not_altered_at_a_start(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        async with transaction(store.pool) as vacuum:
            await vacuum.execute("lock table levels_v1 in share update exclusive mode")

            async with asyncio.timeout(4):
                await tables.create([LEVELS])


@pytest.mark.system
async def test_a_view_from_before_is_told_how_many_rows_a_key_has(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await store.pool.execute("alter table levels_v1 alter column key reset (n_distinct)")

        await tables.create([LEVELS])

        assert await store.pool.fetchval(OPTIONS) == ["n_distinct=-0.1"]


@pytest.mark.system
async def test_a_rebuilt_view_equals_the_live_one_and_takes_its_place(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        async with following(place):
            await _many(store, 200)
            assert await wait_for(tables, LEVELS, 200, 20)

            rebuilt = await rebuild(database, "intake", LEVELS, as_it_is)

            assert (rebuilt.position, rebuilt.differing) == (200, 0)
            assert rebuilt.rows == len(await place.rows())
            await _many(store, 20)
            assert await wait_for(tables, LEVELS, 220, 20)
        assert ordered(await place.rows()) == ordered(await place.expected())


def _exchanged(key: UUID, known: Sequence[Recorded[Any]]) -> list[Row]:
    """The first and the last row of a key have each other's level."""
    rows = [dict(row) for row in levels_rows(key, known)]
    if len(rows) > 1:
        rows[0]["level"], rows[-1]["level"] = rows[-1]["level"], rows[0]["level"]
    return rows


@pytest.mark.system
@pytest.mark.parametrize("rows", [lambda k, known: levels_rows(k, known[:1]), _exchanged])
async def test_a_view_whose_rule_has_changed_is_told_by_how_many_rows_differ(
    database: str, rows: Rows
) -> None:
    wrong = view(rows=rows)
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([wrong])
        await appended(store, HISTORY)
        views = Views(store=store, tables=tables, views=[wrong], decode=as_it_is)
        await views.step(Folding(view=wrong, decode=as_it_is), 0)
        place = Place(store, tables)
        before, after = set(ordered(await place.rows())), set(ordered(await place.expected()))

        rebuilt = await rebuild(database, "intake", LEVELS, as_it_is)

        assert rebuilt.differing == len(before ^ after) > 0
        assert ordered(await place.rows()) == ordered(await place.expected())


@pytest.mark.system
async def test_a_view_that_was_never_filled_is_filled_by_a_rebuild(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await appended(store, HISTORY)

        rebuilt = await rebuild(database, "intake", LEVELS, as_it_is)

        assert (rebuilt.position, rebuilt.differing) == (len(HISTORY), None)
        assert await tables.position(LEVELS) == len(HISTORY)


@pytest.mark.system
async def test_a_live_view_can_move_while_it_is_compared(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        for _ in range(4):
            await store.pool.execute(MANY_ROWS)
        rebuilding = asyncio.create_task(rebuild(database, "intake", LEVELS, as_it_is))
        async with asyncio.timeout(10):
            while not await store.pool.fetchval(COMPARING):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.005)

        async with store.pool.acquire() as live, live.transaction():
            await live.execute("set local lock_timeout = '50ms'")
            moved = await live.fetchval("update views set position = 0 returning position")
            still_compared = await live.fetchval(COMPARING)

        assert moved == 0
        assert still_compared
        rebuilt = await asyncio.wait_for(rebuilding, 60)
    assert rebuilt.differing == 200_000


@pytest.mark.system
async def test_readers_and_writers_go_on_while_a_view_is_rebuilt(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await _many(store, 300)
        place = Place(store, tables)
        over = asyncio.Event()
        read = 0

        async def reading() -> None:
            nonlocal read
            while not over.is_set():
                await place.rows()
                read += 1

        async def writing() -> None:
            while not over.is_set():
                await _many(store, 5)
                await asyncio.sleep(0.01)

        async with following(place), asyncio.TaskGroup() as tasks:
            assert await wait_for(tables, LEVELS, 300, 20)
            tasks.create_task(reading())
            tasks.create_task(writing())
            for _ in range(3):
                await rebuild(database, "intake", LEVELS, as_it_is)
            over.set()
        assert read > 3
        async with following(place):
            head = (await store.head()).position
            assert await wait_for(tables, LEVELS, head, 20)
        everything = by_key(await store.after(0, 100_000))
        assert ordered(await place.rows()) == ordered(materialise(LEVELS, everything))


@pytest.mark.system
async def test_a_rebuild_waits_for_a_long_reader_without_holding_up_the_others(
    database: str,
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await _many(store, 20)
        place = Place(store, tables)
        long_reader = await connect(database, {"idle_in_transaction_session_timeout": "0"})
        try:
            transaction = long_reader.transaction()
            await transaction.start()
            await long_reader.fetch("select * from levels_v1")
            rebuilding = asyncio.create_task(rebuild(database, "intake", LEVELS, as_it_is))
            for _ in range(20):
                await asyncio.wait_for(place.rows(), 3)
                await asyncio.sleep(0.1)
            assert not rebuilding.done()
            await transaction.rollback()
            rebuilt = await asyncio.wait_for(rebuilding, 20)
        finally:
            await long_reader.close()

    assert rebuilt.position == 20


@pytest.mark.system
async def test_what_the_live_view_sees_just_before_the_switch_is_in_the_rebuilt_one(
    database: str,
) -> None:
    """The rebuild waits for the checkpoint, which the live view is about to move."""
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        await _many(store, 20)
        async with store.pool.acquire() as live:
            async with live.transaction():
                await live.execute("select from views for update")
                rebuilding = asyncio.create_task(rebuild(database, "intake", LEVELS, as_it_is))
                async with asyncio.timeout(5):
                    while not await live.fetchval(WAITING):  # noqa: ASYNC110 - the server tells nobody
                        await asyncio.sleep(0.01)
                await _many(store, 5)
                await live.execute("update views set position = 25")
            rebuilt = await asyncio.wait_for(rebuilding, 20)
        place = Place(store, tables)

        assert rebuilt.position == 25
        assert ordered(await place.rows()) == ordered(await place.expected())


@pytest.mark.system
async def test_a_key_that_spoils_during_a_rebuild_is_not_shown_as_it_was_before(
    database: str,
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([LEVELS])
        place = Place(store, tables)
        for key in (1, 2):
            await set_level(place, key, key)
        async with store.pool.acquire() as live:
            async with live.transaction():
                await live.execute("select from views for update")
                rebuilding = asyncio.create_task(rebuild(database, "intake", LEVELS, as_it_is))
                async with asyncio.timeout(5):
                    while not await live.fetchval(WAITING):  # noqa: ASYNC110 - the server tells nobody
                        await asyncio.sleep(0.01)
                await set_level(place, 2, 2**40)
                await live.execute("update views set position = 3")
            await asyncio.wait_for(rebuilding, 20)

        assert [*await tables.parked(LEVELS)] == [numbered(2)]
        assert keys_of(await place.rows()) == {numbered(1)}


async def _many(store: Store, events: int) -> None:
    for number in range(events):
        level, key = number % 7, numbered(number % 11)
        one = draft(key, {"level": level}, type="set.v1", occurred=at(number % 13))
        await store.append(write(one))
