"""The in-memory twin of the parking tables, for tests and simulations."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from events.broker import Message, Partition
from events.memory import MemoryStore
from events.parking import NO_PARTITION, NOTHING, Lane, MovedOn, Parked, Request, Waiting
from events.store import WriteSet


@dataclass
class _Key:
    reason: str
    parked_at: datetime
    waiting: list[Waiting] = field(default_factory=list)
    request: Request = Request.NONE
    skip_message: int | None = None
    skip_reason: str = ""


class MemoryYard:
    """Parked keys and counted tries in memory; `skipped` keeps what was left out and why.

    What is written beside a request goes into `store`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        store: MemoryStore | None = None,
    ) -> None:
        self._store = store or MemoryStore("parked")
        self.skipped: list[tuple[Lane, Message, str]] = []
        self._clock = clock
        self._keys: dict[Lane, _Key] = {}
        self._tries: Counter[tuple[str, Partition, int]] = Counter()
        self._ids = 0

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        return [
            Parked(
                lane=lane,
                partition=key.waiting[0].message.partition.number,
                reason=key.reason,
                parked_at=key.parked_at,
                messages=len(key.waiting),
                head=key.waiting[0].id,
                first=key.waiting[0].message.offset,
                request=key.request,
            )
            for lane, key in self._keys.items()
            if group in (None, lane.group)
        ]

    async def request_retry(self, lane: Lane, beside: WriteSet = NOTHING) -> bool:
        return await self._request(lane, Request.RETRY, None, "", beside)

    async def request_skip(
        self, lane: Lane, message: int, reason: str, beside: WriteSet = NOTHING
    ) -> bool:
        return await self._request(lane, Request.SKIP, message, reason, beside)

    async def _request(
        self, lane: Lane, request: Request, message: int | None, reason: str, beside: WriteSet
    ) -> bool:
        key = self._keys.get(lane)
        if key is None:
            return False
        if message not in (None, key.waiting[0].id):
            raise MovedOn
        await self._store.append(beside)
        key.request, key.skip_message, key.skip_reason = request, message, reason
        key.waiting = [replace(w, tries=0) for w in key.waiting]
        return True

    async def parked(self, group: str, key: UUID) -> bool:
        return any((lane.group, lane.key) == (group, key) for lane in self._keys)

    async def park(self, lane: Lane, message: Message, reason: str) -> None:
        self._keys.setdefault(lane, _Key(reason, self._clock()))
        await self.behind(lane, message)

    async def behind(self, lane: Lane, message: Message) -> bool:
        key = self._keys.get(lane)
        if key is None:
            return False
        if message not in (w.message for w in key.waiting):
            self._ids += 1
            key.waiting.append(Waiting(self._ids, message, 0))
            key.waiting.sort(key=_turn)
        return True

    async def first(self, lane: Lane) -> Waiting | None:
        key = self._keys.get(lane)
        if key is None or key.request is Request.NONE:
            return None
        key.waiting[0] = head = replace(key.waiting[0], tries=key.waiting[0].tries + 1)
        return replace(head, skip=key.skip_message == head.id)

    async def done(self, lane: Lane, waiting: Waiting) -> bool:
        key = self._keys.get(lane)
        if key is None:
            return True
        key.waiting = [w for w in key.waiting if w.id != waiting.id]
        if not key.waiting:
            del self._keys[lane]
        return not key.waiting

    async def skip(self, lane: Lane, waiting: Waiting) -> bool:
        key = self._keys.get(lane)
        if key is None:
            return True
        if key.skip_message != waiting.id:
            return False
        self.skipped.append((lane, waiting.message, key.skip_reason))
        key.request, key.skip_message = Request.RETRY, None
        return await self.done(lane, waiting)

    async def again(self, lane: Lane, waiting: Waiting, reason: str) -> None:
        key = self._keys.get(lane)
        if key is None:
            return
        key.reason = reason
        anew = any(w.id == waiting.id and w.tries < waiting.tries for w in key.waiting)
        if key.skip_message != waiting.id and not anew:
            key.request, key.skip_message = Request.NONE, None

    async def begin(self, group: str, messages: Sequence[Message]) -> Sequence[int]:
        places = [(group, m.partition, m.offset) for m in messages]
        before = [self._tries[place] for place in places]
        for place in places:
            self._tries[place] = self._tries[place] or 1
        return before

    async def count(self, group: str, message: Message) -> int:
        place = (group, message.partition, message.offset)
        self._tries[place] += 1
        return self._tries[place]

    async def forget(self, group: str, messages: Sequence[Message]) -> None:
        for message in messages:
            del self._tries[group, message.partition, message.offset]


def _turn(waiting: Waiting) -> tuple[int, int]:
    in_log = waiting.message.partition.number == NO_PARTITION
    return waiting.message.offset if in_log else 0, waiting.id
