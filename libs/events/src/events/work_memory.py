"""The in-memory twin of the work queue, over the items of a store in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from events.history import BEGINNING
from events.memory import MemoryStore
from events.store import Work
from events.work import Backlog, Claimed


class MemoryQueue:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._tries: Counter[UUID] = Counter()
        self._claimed_until: dict[UUID, datetime] = {}

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        at = self._store.clock()
        free = [
            work
            for work in self._store.work.values()
            if work.kind in kinds
            and self._is_due(work, now, at)
            and self._claimed_until.get(work.id, at) <= at
        ]
        claimed = sorted(free, key=_due)[:limit]
        for work in claimed:
            self._tries[work.id] += 1
            self._claimed_until[work.id] = at + lease
        return [Claimed(work, self._tries[work.id]) for work in claimed]

    def _is_due(self, work: Work, now: datetime, at: datetime) -> bool:
        """What was due when it was recorded waits for no worker's clock to catch up."""
        return _due(work) <= now or _due(work) <= min(at, self._store.work_since[work.id])

    async def defer(self, claimed: Claimed, delay: timedelta) -> None:
        if self._tries[claimed.work.id] == claimed.tries:
            self._claimed_until[claimed.work.id] = self._store.clock() + delay

    async def backlog(self, now: datetime) -> Backlog:
        due = [at for at in map(_due, self._store.work.values()) if at <= now]
        return Backlog(len(self._store.work), min(due, default=None))


def _due(work: Work) -> datetime:
    return work.due_at or BEGINNING
