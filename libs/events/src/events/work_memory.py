"""The in-memory twin of the work queue, over the items of a store in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from events.memory import MemoryStore
from events.work import Backlog, Claimed

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class MemoryQueue:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._tries: Counter[UUID] = Counter()
        self._claimed_until: dict[UUID, datetime] = {}
        self._deferred: dict[UUID, datetime] = {}

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        free = [
            work
            for work in self._store.work.values()
            if work.kind in kinds
            and self._due(work.id) <= now
            and self._claimed_until.get(work.id, now) <= now
        ]
        claimed = sorted(free, key=lambda work: self._due(work.id))[:limit]
        for work in claimed:
            self._tries[work.id] += 1
            self._claimed_until[work.id] = now + lease
        return [Claimed(work, self._tries[work.id]) for work in claimed]

    async def defer(self, claimed: Claimed, until: datetime) -> None:
        if self._tries[claimed.work.id] == claimed.tries:
            self._deferred[claimed.work.id] = until
            self._claimed_until.pop(claimed.work.id, None)

    async def backlog(self, now: datetime) -> Backlog:
        due = [at for at in map(self._due, self._store.work) if at <= now]
        return Backlog(len(self._store.work), min(due, default=None))

    def _due(self, item: UUID) -> datetime:
        return self._deferred.get(item) or self._store.work[item].due_at or _LONG_AGO
