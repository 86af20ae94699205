"""Views follow the log: a batch of events, the keys they touch, all rows of those keys anew."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Gauge

from events.backoff import Backoff, pause
from events.failures import INFRASTRUCTURE, code_of, place_of
from events.store import Json, Recorded, Store
from events.views import Belief, Decode, Row, View

log = structlog.get_logger()
LAG = Gauge("leidraad_view_lag", "Events that a view has not seen", ["service", "view"])
MOST_REMEMBERED = 1000
LOOK_SECONDS = 0.02

Histories = Mapping[UUID, Sequence[Recorded[Json]]]


class ViewTables(Protocol):
    """Where the rows of views are, with how far of the log they follow from."""

    async def position(self, view: View) -> int: ...

    async def histories(self, view: View, keys: Sequence[UUID], until: int) -> Histories:
        """What the view reads of these keys, as far as a position, in the order of the log."""
        ...

    async def replace(
        self, view: View, seen: int, until: int, rows: Mapping[UUID, Sequence[Row]]
    ) -> bool:
        """All rows of these keys anew and the checkpoint moved; False if it was not at `seen`."""
        ...


@dataclass(kw_only=True)
class Folding:
    """Computes the rows of keys; remembers keys of late, so that one more event costs one fold."""

    view: View
    decode: Decode
    _remembered: OrderedDict[UUID, Belief] = field(default_factory=OrderedDict)

    async def rows(self, histories: Histories) -> dict[UUID, list[Row]]:
        folded = {}
        for key, history in histories.items():
            folded[key] = await self._fold(key, [self.decode(event) for event in history])
        return folded

    async def _fold(self, key: UUID, events: Sequence[Recorded[object]]) -> list[Row]:
        belief = self._remembered.pop(key, None)
        if belief is None or not belief.extends_to(events):
            belief = Belief(self.view, key)
        for _ in belief.learn(events[belief.known() :]):
            await asyncio.sleep(0)
        self._remembered[key] = belief
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return belief.rows()


@dataclass(kw_only=True)
class Views:
    """Keeps the views of a service up with its log; each by itself, so that none waits."""

    store: Store
    tables: ViewTables
    views: Sequence[View]
    decode: Decode
    batch: int = 1000
    backoff: Backoff = field(default_factory=Backoff)
    chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._head = 0
        self._moved = asyncio.Condition()

    async def run(self, stop: asyncio.Event) -> None:
        """Follows until `stop` is set, and then finishes what it began."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch(stop))
            for view in self.views:
                tasks.create_task(self._keep_following(view, stop))

    async def _watch(self, stop: asyncio.Event) -> None:
        """One look at the log for all views: an idle service should cost next to nothing."""
        failures = 0
        while not stop.is_set():
            try:
                async for _ in self.store.appended():
                    await self._told((await self.store.head()).position)
                    failures = 0
                    if stop.is_set():
                        break
            except INFRASTRUCTURE:
                failures += 1
                await pause(stop, self.backoff.delay(failures, self.chance))
        await self._told(self._head)

    async def _told(self, head: int) -> None:
        async with self._moved:
            self._head = head
            self._moved.notify_all()

    async def _keep_following(self, view: View, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                await self._follow(view, stop)
            except Exception as error:  # noqa: BLE001 - a view that fails must not end the others
                failures += 1
                where = {"view": view.table.name, "at": place_of(error)}
                log.warning("view.waits", reason=code_of(error), **where)
                await pause(stop, self.backoff.delay(failures, self.chance))

    async def _follow(self, view: View, stop: asyncio.Event) -> None:
        folding = Folding(view=view, decode=self.decode)
        position = await self.tables.position(view)
        while not stop.is_set():
            LAG.labels(self.store.source, view.table.name).set(max(self._head - position, 0))
            if self._head > position:
                position = await self.step(folding, position)
            else:
                async with self._moved:
                    await self._moved.wait()

    async def step(self, folding: Folding, position: int) -> int:
        """Takes in the next batch, and says how far the view is now."""
        view = folding.view
        events = await self.store.after(position, self.batch)
        if not events:
            return position
        until = events[-1].position
        keys = list(dict.fromkeys(event.key for event in events if view.reads(event)))
        histories = await self.tables.histories(view, keys, until) if keys else {}
        if await self.tables.replace(view, position, until, await folding.rows(histories)):
            return until
        return await self.tables.position(view)


async def wait_for(tables: ViewTables, view: View, position: int, within_seconds: float) -> bool:
    """Waits a bounded moment until the view has seen a position; False if it has not."""
    deadline = asyncio.get_running_loop().time() + within_seconds
    delay = LOOK_SECONDS
    while await tables.position(view) < position:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return False
        await asyncio.sleep(min(delay, left))
        delay = min(delay * 1.5, 10 * LOOK_SECONDS)
    return True
