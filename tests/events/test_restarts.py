"""Relay and views, ended at every checkpoint and begun anew: nothing is missed, nothing doubled."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, select

from events import views_postgres
from events.broker_memory import MemoryBroker
from events.checkpoint import Checkpoint, MemoryCheckpoint, PostgresCheckpoint
from events.contracts.intake import OfferMade
from events.following import Folded, Folding, Views, ViewTables
from events.marks import Reached
from events.memory import MemoryStore
from events.parking_memory import MemoryYard
from events.postgres import PostgresStore
from events.relay import Published, Relay
from events.sql import fetch
from events.store import Json, Recorded, Store
from events.testing import draft, write
from events.views import Row, View, materialise
from events.views_memory import MemoryViews
from events.views_postgres import PostgresViews

SECONDS = 20


def sums(_key: UUID, known: Sequence[Recorded[Any]]) -> list[Row]:
    return [{"total": sum(fact.event["n"] for fact in known), "facts": len(known)}]


SUMS = View.of(
    "sums",
    1,
    Column("total", Integer),
    Column("facts", Integer),
    types=frozenset({"counted.v1"}),
    rows=sums,
    held=False,
)


def publish(event: Recorded[Json]) -> Published | None:
    if event.type != "counted.v1":
        return None
    return "offer-made", OfferMade(attempt=1, channel="letter", by_function="nurse")


def as_it_is(event: Recorded[Json]) -> Recorded[Any]:
    return event


class End(Enum):
    """How a process ends at a checkpoint."""

    STOPPED = auto()
    DIED_BEFORE = auto()
    DIED_AFTER = auto()


class Died(Exception):
    """What a killed process does not handle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A log, and what follows it: in memory, or in a database that goes on from test to test."""

    store: Store
    tables: ViewTables
    checkpoint: Checkpoint
    broker: MemoryBroker

    async def rows(self) -> Sequence[Row]:
        if isinstance(self.tables, MemoryViews):
            return self.tables.rows(SUMS)
        assert isinstance(self.store, PostgresStore)
        return await fetch(self.store.pool, select(SUMS.table))

    async def relayed(self) -> int:
        """Once the server has noticed that whoever led before is gone."""
        while True:
            async with self.checkpoint.lead() as lead:
                if lead is not None:
                    return (await lead.reached()).position
            await asyncio.sleep(0.01)


Places = Callable[[], AbstractAsyncContextManager[Place]]


@pytest.fixture
def places(kind: str | None) -> Places:
    broker = MemoryBroker()

    @asynccontextmanager
    async def memory() -> AsyncIterator[Place]:
        store = MemoryStore("intake")
        yield Place(
            store=store,
            tables=MemoryViews(store),
            checkpoint=MemoryCheckpoint(),
            broker=MemoryBroker(),
        )

    @asynccontextmanager
    async def postgres() -> AsyncIterator[Place]:
        async with PostgresStore.open(str(kind), source="intake") as store:
            tables = PostgresViews("intake", store.pool)
            await tables.create([SUMS])
            yield Place(
                store=store,
                tables=tables,
                checkpoint=PostgresCheckpoint(str(kind)),
                broker=broker,
            )

    return memory if kind is None else postgres


logs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.booleans()), max_size=25)
sizes = st.lists(st.integers(1, 6), min_size=1, max_size=30)
ends = st.lists(st.sampled_from(End), max_size=30)
restarting = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


async def appended(store: Store, log: Iterable[tuple[int, int, bool]]) -> list[UUID]:
    """Some of it nobody publishes or counts; gives the keys."""
    keys = [uuid4() for _ in range(4)]
    for key, n, public in log:
        kind = "counted.v1" if public else "other.v1"
        await store.append(write(draft(keys[key], {"n": n}, type=kind)))
    return keys


# The relay


class Ending:
    """A checkpoint at which the process ends that moves it."""

    def __init__(self, checkpoint: Checkpoint, end: End, stop: asyncio.Event) -> None:
        self._checkpoint = checkpoint
        self._end = end
        self._stop = stop

        self._lead: Any = None

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[Any]:
        async with self._checkpoint.lead() as self._lead:
            yield None if self._lead is None else self

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what the lead has
        return getattr(self._lead, name)

    async def move(self, known: Reached, to: Reached) -> bool:
        if self._end is End.DIED_BEFORE:
            raise Died
        moved: bool = await self._lead.move(known, to)
        if self._end is End.DIED_AFTER:
            raise Died
        self._stop.set()
        return moved


@restarting
@given(log=logs, chunks=sizes, how=ends)
def test_a_relay_that_ends_at_every_checkpoint_misses_nothing_and_doubles_what_it_must(
    places: Places, log: list[tuple[int, int, bool]], chunks: list[int], how: list[End]
) -> None:
    asyncio.run(_relayed(places, log, chunks, how))


async def _relayed(
    places: Places, log: Sequence[tuple[int, int, bool]], chunks: Sequence[int], how: Sequence[End]
) -> None:
    async with places() as place, asyncio.timeout(SECONDS):
        keys = await appended(place.store, log)
        head = (await place.store.head()).position
        generation = 0
        unmoved = 0
        while await place.relayed() < head:
            end = how[generation] if generation < len(how) else End.STOPPED
            chunk = chunks[generation % len(chunks)]
            unmoved += chunk * (end is End.DIED_BEFORE)
            await _generation(place, end, chunk)
            generation += 1
        sent = {key: _sent(place.broker, key) for key in keys}
        expected = {key: await _public(place.store, key) for key in keys}
    assert {key: list(dict.fromkeys(own)) for key, own in sent.items()} == expected
    assert sum(map(len, sent.values())) - sum(map(len, expected.values())) <= unmoved


async def _generation(place: Place, end: End, chunk: int) -> None:
    stop = asyncio.Event()
    relay = Relay(
        store=place.store,
        publish=publish,
        broker=place.broker,
        checkpoint=Ending(place.checkpoint, end, stop),
        yard=MemoryYard(),
        chunk=chunk,
    )
    try:
        await relay.run(stop)
    except Died:
        assert end is not End.STOPPED


def _sent(broker: MemoryBroker, key: UUID) -> list[int]:
    own = [m for m in broker.messages("intake.events") if m.key == str(key).encode()]
    return [int(dict(m.headers)["ce_position"]) for m in own]


async def _public(store: Store, key: UUID) -> list[int]:
    return [e.position for e in await store.history(key) if e.type == "counted.v1"]


# The views


class Dying:
    """Tables that are written by a process that dies."""

    def __init__(self, tables: ViewTables, end: End) -> None:
        self._tables = tables
        self._end = end
        self.position, self.whole = tables.position, tables.whole
        self.histories = tables.histories
        self.parked = tables.parked

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        if self._end is End.DIED_BEFORE:
            raise Died
        moved = await self._tables.replace(view, seen, until, folded)
        if self._end is End.DIED_AFTER:
            raise Died
        return moved


@restarting
@given(log=logs, batches=sizes, how=ends)
def test_a_view_that_ends_at_every_checkpoint_equals_the_fold_at_each(
    places: Places, log: list[tuple[int, int, bool]], batches: list[int], how: list[End]
) -> None:
    asyncio.run(_viewed(places, log, batches, how))


async def _viewed(
    places: Places,
    log: Sequence[tuple[int, int, bool]],
    batches: Sequence[int],
    how: Sequence[End],
) -> None:
    async with places() as place, asyncio.timeout(SECONDS):
        keys = await appended(place.store, log)
        head = (await place.store.head()).position
        generation = 0
        while (position := await place.tables.position(SUMS)) < head:
            end = how[generation] if generation < len(how) else End.STOPPED
            await _step(place, end, batches[generation % len(batches)], position)
            generation += 1
            seen = await place.tables.position(SUMS)
            assert (seen > position) == (end is not End.DIED_BEFORE)
            rows = [row for row in await place.rows() if row["key"] in keys]
            assert _ordered(rows) == _ordered(await _folded(place.store, keys, seen))


async def _step(place: Place, end: End, batch: int, position: int) -> None:
    tables = Dying(place.tables, end)
    views = Views(store=place.store, tables=tables, views=[SUMS], decode=as_it_is, batch=batch)
    try:
        await views.step(Folding(view=SUMS, decode=as_it_is), position)
    except Died:
        assert end is not End.STOPPED


async def _folded(store: Store, keys: Sequence[UUID], seen: int) -> list[Row]:
    histories = {key: await store.history(key) for key in keys}
    return materialise(
        SUMS, {key: [e for e in own if e.position <= seen] for key, own in histories.items()}
    )


def _ordered(rows: Iterable[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@pytest.mark.system
async def test_a_view_that_ends_while_it_writes_has_written_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        tables = PostgresViews("intake", store.pool)
        await tables.create([SUMS])
        await appended(store, [(0, 1, True), (1, 2, True)])
        views = Views(store=store, tables=tables, views=[SUMS], decode=as_it_is)
        copy = views_postgres.copy

        async def die(*given: Any) -> None:  # noqa: ANN401 - as the one it stands for
            await copy(*given)
            raise Died

        monkeypatch.setattr(views_postgres, "copy", die)
        with pytest.raises(Died):
            await views.step(Folding(view=SUMS, decode=as_it_is), 0)

        assert await tables.position(SUMS) == 0
        assert await fetch(store.pool, select(SUMS.table)) == []
