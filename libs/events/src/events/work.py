"""Durable work: done outside the database, claimed with a lease, retried until it is done."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter, Gauge

from events.backoff import Backoff, pause
from events.failures import INFRASTRUCTURE, code_of
from events.store import AlreadyDone, Work

log = structlog.get_logger()
WAITING = Gauge("leidraad_work_waiting", "Work items that wait or run", ["service"])
OLDEST = Gauge("leidraad_work_oldest_seconds", "Time that the oldest item is overdue", ["service"])
TRIES = Counter("leidraad_work_tries", "Work items tried", ["service", "kind", "outcome"])

QUICK_TRIES = 3
"""After so many an item is held longer, since nobody knows how many of them killed who tried."""
_HANDLING = 0.9
"""How much of its lease a handler may use: what it began has to end, too, when it is ended."""

Handle = Callable[[Work], Awaitable[None]]
"""Does the work and finishes it with a write set of its own, whose `done` names the item."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A work item that this worker holds until its lease ends; `tries` counts this one too."""

    work: Work
    tries: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many items are not done, and since when the oldest of those that are due is."""

    waiting: int
    oldest: datetime | None


class WorkQueue(Protocol):
    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        """Items due at `now` that nobody holds, now held for `lease`, their tries counted.

        Moments when work falls due are business facts, told by the clock of whoever asks. Who
        holds what is told by the one clock of the store: the clocks of hosts differ, and step.
        """
        ...

    async def defer(self, claimed: Claimed, delay: timedelta) -> None:
        """Nobody gets this item until `delay` is over, unless another worker has it already."""
        ...

    async def backlog(self, now: datetime) -> Backlog: ...


@dataclass(kw_only=True)
class Worker:
    """Handles due items by kind, several at once; run as many processes of it as you like."""

    service: str
    queue: WorkQueue
    handlers: Mapping[str, Handle]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    concurrency: int = 8
    lease: timedelta = timedelta(seconds=30)
    look_seconds: float = 0.5
    backoff: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0))
    chance: random.Random = field(default_factory=random.Random)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, and then finishes what it began."""
        running: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            begun = await self._begin(self.concurrency - len(running))
            running |= begun
            if not begun:
                await self._measure()
                await pause(stop, self.look_seconds)
            elif len(running) == self.concurrency:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running = {task for task in running if not task.done()}
        if running:
            await asyncio.wait(running)

    async def once(self) -> int:
        """Handles what is due now, up to `concurrency` items, and says how many there were."""
        begun = await self._begin(self.concurrency)
        await asyncio.gather(*begun)
        return len(begun)

    async def _begin(self, limit: int) -> set[asyncio.Task[None]]:
        """The time to handle an item begins before its lease does, and is over well before it."""
        until = asyncio.get_running_loop().time() + self.lease.total_seconds() * _HANDLING
        claimed = await self._claim(limit)
        return {asyncio.create_task(self._handle(item, until)) for item in claimed}

    async def _claim(self, limit: int) -> Sequence[Claimed]:
        with self._noting_outages():
            return await self.queue.claim([*self.handlers], self.clock(), self.lease, limit)
        return []

    async def _handle(self, claimed: Claimed, until: float) -> None:
        """What kills whoever handles it comes back ever later, and lets the others get done."""
        kind = claimed.work.kind
        delay = timedelta(seconds=self.backoff.delay(claimed.tries, self.chance))
        if claimed.tries > QUICK_TRIES and not await self._deferred(claimed, self.lease + delay):
            return
        outcome = await self._outcome(claimed, until)
        TRIES.labels(self.service, kind, "done" if outcome is None else "failed").inc()
        if outcome is None:
            return
        where = {"service": self.service, "kind": kind, "item": str(claimed.work.id)}
        log.warning("work.failed", reason=outcome, tries=claimed.tries, **where)
        await self._deferred(claimed, delay)

    async def _deferred(self, claimed: Claimed, delay: timedelta) -> bool:
        with self._noting_outages():
            await self.queue.defer(claimed, delay)
            return True
        return False

    @contextmanager
    def _noting_outages(self) -> Iterator[None]:
        """Work waits while its queue is away."""
        try:
            yield
        except INFRASTRUCTURE as error:
            log.warning("work.waits", service=self.service, reason=code_of(error))

    async def _outcome(self, claimed: Claimed, until: float) -> str | None:
        """None if the item is done; it must be before its lease ends, for then it is another's."""
        try:
            async with asyncio.timeout_at(until):
                await self.handlers[claimed.work.kind](claimed.work)
        except AlreadyDone:
            return None
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed try
            return code_of(error)
        return None

    async def _measure(self) -> None:
        with suppress(*INFRASTRUCTURE):
            backlog = await self.queue.backlog(self.clock())
            overdue = self.clock() - backlog.oldest if backlog.oldest else timedelta()
            WAITING.labels(self.service).set(backlog.waiting)
            OLDEST.labels(self.service).set(max(overdue.total_seconds(), 0))
