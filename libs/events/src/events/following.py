"""Views follow the log: a batch of events, the keys they touch, all rows of those keys anew."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog
from prometheus_client import Gauge

from events.backoff import Backoff, pause
from events.failures import INFRASTRUCTURE, code_of, place_of
from events.store import Json, Recorded, Store, Unwritable
from events.views import Belief, Decode, Row, View

log = structlog.get_logger()
LAG = Gauge("leidraad_view_lag", "Events that a view has not seen", ["service", "view"])
PARKED = Gauge("leidraad_view_parked_keys", "Keys without rows in a view", ["service", "view"])
MOST_REMEMBERED = 1000
LOOK_SECONDS = 0.02

Histories = Mapping[UUID, Sequence[Recorded[Json]]]


@dataclass(frozen=True, slots=True)
class Folded:
    """The rows of keys; one that cannot be folded is parked: it has none, and a code says why.

    Rows that are out of date would still name who might see them then.
    """

    rows: dict[UUID, Sequence[Row]] = field(default_factory=dict)
    parked: dict[UUID, str] = field(default_factory=dict)

    def park(self, view: View, key: UUID, error: Exception) -> None:
        log.error("view.parked", view=view.table.name, reason=code_of(error), at=place_of(error))
        self.rows[key] = []
        self.parked[key] = code_of(error)


class ViewTables(Protocol):
    """Where the rows of views are, with how far of the log they follow from."""

    async def position(self, view: View) -> int: ...

    async def whole(self, view: View) -> bool:
        """Whether it has ever seen all that the log held when it was made, or lacks rows yet."""
        ...

    async def histories(self, view: View, keys: Sequence[UUID], until: int) -> Histories:
        """What the view reads of these keys, as far as a position, in the order of the log."""
        ...

    async def parked(self, view: View) -> Sequence[UUID]:
        """The keys that have no rows because they could not be folded or written."""
        ...

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        """All of these keys anew and the checkpoint moved; False if it was not at `seen`."""
        ...


@dataclass(kw_only=True)
class Folding:
    """Computes the rows of keys; remembers keys of late, so that one more event costs one fold."""

    view: View
    decode: Decode
    parked: set[UUID] = field(default_factory=set)
    _remembered: OrderedDict[UUID, "_Remembered"] = field(default_factory=OrderedDict)

    async def fold(self, histories: Histories) -> Folded:
        folded = Folded()
        for key, history in histories.items():
            try:
                folded.rows[key] = await self._fold(key, history)
            except Exception as error:  # noqa: BLE001 - one key must not hold up the others
                folded.park(self.view, key, error)
        return folded

    async def _fold(self, key: UUID, history: Sequence[Recorded[Json]]) -> list[Row]:
        known = self._remembered.pop(key, None) or _Remembered(Belief(self.view, key))
        fresh = known.rest(history, self.decode)
        if fresh is None:
            known = _Remembered(Belief(self.view, key))
            fresh = [self.decode(event) for event in history]
        for _ in known.belief.learn(fresh):
            await asyncio.sleep(0)
        known.ids = [event.id for event in history]
        self._remembered[key] = known
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return known.belief.rows()


@dataclass(slots=True)
class _Remembered:
    """What was believed of a key after these events of the log."""

    belief: Belief
    ids: list[UUID] = field(default_factory=list)

    def rest(
        self, history: Sequence[Recorded[Json]], decode: Decode
    ) -> list[Recorded[object]] | None:
        """What came since, decoded; None if it was not recorded later than all that is known."""
        known = len(self.ids)
        if [event.id for event in history[:known]] != self.ids:
            return None
        fresh: list[Recorded[object]] = [decode(event) for event in history[known:]]
        return fresh if self.belief.precedes(fresh) else None


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
    stalled_seconds: float = 30.0
    retry_seconds: float = 60.0

    def __post_init__(self) -> None:
        self._head = 0
        self._behind: dict[View, float] = {}
        self._moved = asyncio.Condition()

    @property
    def healthy(self) -> bool:
        """False as soon as some view has been behind for long and has not moved."""
        latest = asyncio.get_running_loop().time() - self.stalled_seconds
        return all(moved > latest for moved in self._behind.values())

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
            self._behind.setdefault(view, asyncio.get_running_loop().time())
            try:
                async for _ in self._follow(view, stop):
                    failures = 0
            except Exception as error:  # noqa: BLE001 - a view that fails must not end the others
                failures += 1
                where = {"view": view.table.name, "at": place_of(error)}
                log.warning("view.waits", reason=code_of(error), **where)
                await pause(stop, self.backoff.delay(failures, self.chance))

    async def _follow(self, view: View, stop: asyncio.Event) -> AsyncIterator[None]:
        """Yields whenever the view has moved."""
        folding = Folding(view=view, decode=self.decode)
        position, again = 0, 0.0
        while not stop.is_set():
            if (now := asyncio.get_running_loop().time()) >= again:
                position, again = await self.retry(folding), now + self.retry_seconds
            LAG.labels(self.store.source, view.table.name).set(max(self._head - position, 0))
            if self._head > position:
                self._behind.setdefault(view, asyncio.get_running_loop().time())
                seen, position = position, await self.step(folding, position)
                if position > seen:
                    del self._behind[view]
                    yield
            else:
                self._behind.pop(view, None)
                async with self._moved:
                    if not stop.is_set():
                        await self._moved.wait()

    async def retry(self, folding: Folding) -> int:
        """Tries parked keys again, and says how far the view is.

        This code may be newer, also than that of a process which parked them while it was replaced.
        """
        view = folding.view
        position = await self.tables.position(view)
        folding.parked = {*await self.tables.parked(view)}
        parked = sorted(folding.parked)
        for start in range(0, len(parked), self.batch):
            keys = parked[start : start + self.batch]
            while not await self._put(folding, keys, position, position):
                position = await self.tables.position(view)
        return position

    async def step(self, folding: Folding, position: int) -> int:
        """Takes in the next batch, and says how far the view is now."""
        view = folding.view
        events = await self.store.after(position, self.batch)
        if not events:
            return position
        until = events[-1].position
        keys = list(dict.fromkeys(event.key for event in events if view.reads(event)))
        if await self._put(folding, keys, position, until):
            return until
        return await self.tables.position(view)

    async def _put(self, folding: Folding, keys: Sequence[UUID], seen: int, until: int) -> bool:
        view = folding.view
        histories = await self.tables.histories(view, keys, until) if keys else {}
        folded = await folding.fold(histories)
        try:
            put = await self.tables.replace(view, seen, until, folded)
        except Unwritable:
            put = await self._put_singly(view, folded, seen, until)
        if put:
            folding.parked = folding.parked - folded.rows.keys() | folded.parked.keys()
            PARKED.labels(self.store.source, view.table.name).set(len(folding.parked))
        return put

    async def _put_singly(self, view: View, folded: Folded, seen: int, until: int) -> bool:
        """Finds out whose rows the tables refuse, and parks those."""
        for key in folded.rows.keys() - folded.parked.keys():
            own = Folded({key: folded.rows[key]})
            try:
                if not await self.tables.replace(view, seen, seen, own):
                    return False
            except Unwritable as error:
                folded.park(view, key, error)
        return await self.tables.replace(view, seen, until, folded)


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
