"""Durable work: what is done outside the database, claimed with a lease and retried until it is done."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter, Gauge

from events.store import AlreadyDone, Work

log = structlog.get_logger()
WAITING = Gauge("leidraad_work_waiting", "Work items that wait or run", ["service"])
OLDEST = Gauge("leidraad_work_oldest_seconds", "Time that the oldest item is overdue", ["service"])
TRIES = Counter("leidraad_work_tries", "Work items tried", ["service", "kind", "outcome"])

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
        """Due items that nobody holds, now held until `now + lease`, their tries counted."""
        ...

    async def defer(self, claimed: Claimed, until: datetime) -> None:
        """Gives an item back, to be due again at `until`, unless its lease went to somebody else."""
        ...

    async def backlog(self, now: datetime) -> Backlog: ...


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Worker:
    """Handles due items by kind, several at once; run as many processes of it as you like."""

    service: str
    queue: WorkQueue
    handlers: Mapping[str, Handle]
    clock: Callable[[], datetime] = now
    concurrency: int = 8
    lease: timedelta = timedelta(seconds=60)
    pause_seconds: float = 0.5
    longest_delay: timedelta = timedelta(minutes=10)
    random: random.Random = field(default_factory=random.Random)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, and then finishes what it began."""
        while not stop.is_set():
            if not await self.once():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self.pause_seconds)

    async def once(self) -> int:
        """Handles what is due now, up to `concurrency` items, and says how many there were."""
        raise NotImplementedError
