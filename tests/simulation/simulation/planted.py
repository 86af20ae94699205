"""Faulty parts: a simulation that did not find them would be worth nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from events.appender import Appender, Outcome
from events.backoff import pause
from events.batch import Prepared
from events.broker import Message, Place, Subscription
from events.checkpoint import Lead
from events.consumer import Consumer
from events.failures import OUTAGES
from events.following import Folded
from events.lanes import Lanes
from events.marks import Reached
from events.memory import MemoryStore
from events.offsets import Offsets
from events.parking import Lane, Waiting
from events.parking_memory import MemoryYard
from events.publisher import Publisher
from events.relay import Relay
from events.store import Answer, Appended, Json, Recorded, RequestKey, Unavailable, WriteSet
from events.testing import NOW
from events.views import View
from events.views_memory import MemoryViews
from events.work import Claimed
from events.work_memory import MemoryQueue
from simulation.city import Parts
from simulation.store import SimulatedStore

AHEAD = timedelta(days=30)


class WithoutExpectedVersion(MemoryStore):
    """Takes what was decided on a version that is not the last one any more."""

    def _check(self, write: WriteSet) -> None:
        super()._check(replace(write, expected={}))


class WithoutInboxCheck(MemoryStore):
    """Takes the effect of a message again."""

    def _check(self, write: WriteSet) -> None:
        super()._check(replace(write, message=None))

    async def handled(self, message: tuple[str, UUID]) -> bool:  # noqa: ARG002 - as above
        return False


class WithoutIdempotencyRecord(MemoryStore):
    """Does not know a request again."""

    def _check(self, write: WriteSet) -> None:
        super()._check(replace(write, request=None))

    async def answer(self, request: RequestKey) -> Answer | None:  # noqa: ARG002 - as the store's
        return None


class HalfWrittenSets(MemoryStore):
    """Forgets the work that an event asks for."""

    def _write(self, write: WriteSet) -> object:  # type: ignore[override]
        return super()._write(replace(write, work=[]))


class WithGaps(MemoryStore):
    """Shows the last event before the one that comes before it."""

    async def after(self, position: int, limit: int) -> list[Recorded[Json]]:
        found = await super().after(position, limit)
        return [event for event in found if event.position != len(self.log) - 1]


class Hopeful(SimulatedStore):
    """Takes what got no answer for written."""

    async def append(self, write: WriteSet) -> Appended:
        try:
            return await super().append(write)
        except Unavailable:
            return Appended(1, NOW)


class MixedUp(Appender):
    """Tells each of a batch what became of another."""

    async def _call(self, batch: Sequence[Prepared]) -> list[Outcome]:
        return list(reversed(await super()._call(batch)))


class MixesUp(SimulatedStore):
    makes = MixedUp


class Hasty(Relay):
    """Goes on without waiting for what it sent."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._sending: set[asyncio.Task[Sequence[Place]]] = set()

    async def _step(self, publisher: Publisher) -> bool:
        known = publisher.reached = await publisher.lead.reached()
        events = await self.store.after(known.position, self.chunk)
        messages = [m for event in events if (m := await self._message(event))]
        if not events:
            return await super()._step(publisher)
        self._sending.add(asyncio.create_task(publisher.producer.send(messages)))
        return await publisher.lead.move(known, Reached(events[-1].position))


class Disorderly(Consumer):
    """Handles what came together the last first."""

    async def _follow(self, member: Subscription, lanes: Lanes, stop: asyncio.Event) -> None:
        await super()._follow(_Backwards(member), lanes, stop)


class _Backwards:
    def __init__(self, member: Subscription) -> None:
        self._member = member
        self.assigned, self.rebalanced = member.assigned, member.rebalanced
        self.pause, self.resume, self.commit = member.pause, member.resume, member.commit
        self.rewind, self.lag = member.rewind, member.lag

    async def poll(self, seconds: float) -> Sequence[Message]:
        return list(reversed(await self._member.poll(seconds)))


class Premature(Consumer):
    """Commits what it has only begun."""

    async def _follow(self, member: Subscription, lanes: Lanes, stop: asyncio.Event) -> None:
        lanes.offsets = _Begun()
        await super()._follow(member, lanes, stop)


class _Begun(Offsets):
    def began(self, message: Message) -> None:
        super().began(message)
        super().finished(message)

    def finished(self, message: Message) -> None:
        """It was so when it began."""


class Forward(Relay):
    """Moves the checkpoint before it sends."""

    async def _step(self, publisher: Publisher) -> bool:
        known = publisher.reached
        if events := await self.store.after(known.position, self.chunk):
            await publisher.lead.move(known, replace(known, position=events[-1].position))
        return await super()._step(publisher)


class Blind(Relay):
    """Moves the checkpoint from wherever it is by now."""

    async def _step(self, publisher: Publisher) -> bool:
        if not isinstance(publisher.lead, _Unconditional):
            publisher.lead = _Unconditional(publisher.lead)
        return await super()._step(publisher)


class _Unconditional:
    def __init__(self, lead: Lead) -> None:
        self._lead = lead
        self.reached = lead.reached

    async def move(self, known: Reached, to: Reached) -> bool:  # noqa: ARG002 - as a lead's
        return await self._lead.move(await self._lead.reached(), to)


class Forgetful(Relay):
    """Does not know what its topic held."""

    async def _step(self, publisher: Publisher) -> bool:
        if not isinstance(publisher.lead, _WithoutMarks):
            publisher.lead = _WithoutMarks(publisher.lead)
        return await super()._step(publisher)


class _WithoutMarks:
    def __init__(self, lead: Lead) -> None:
        self._lead = lead
        self.reached = lead.reached

    async def move(self, known: Reached, to: Reached) -> bool:
        return await self._lead.move(known, Reached(to.position))


class Discouraged(Relay):
    """Waits for nobody: with the first outage it stops, and its process goes on without it."""

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                async with self.checkpoint.lead() as lead:
                    if lead is not None:
                        await self._lead(lead, stop)
                await pause(stop, self.look_seconds)
        except OUTAGES:
            await stop.wait()


class LastFirst(MemoryYard):
    """Hands out what was parked last before what it follows."""

    async def first(self, lane: Lane) -> Waiting | None:
        if key := self._keys.get(lane):
            key.waiting.sort(key=lambda waiting: -waiting.id)
        return await super().first(lane)


class ViewsOfTheLast(MemoryViews):
    """Whoever writes last is right, however little it has seen."""

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        del seen
        return await super().replace(view, await self.position(view), until, folded)


class WithoutLeases(MemoryQueue):
    """Hands out what somebody holds."""

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        self._claimed_until.clear()
        return await super().claim(kinds, now, lease, limit)


class Ahead(MemoryQueue):
    """Hands out timers by a clock that is ahead, and does not say when they are due."""

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        early = await super().claim(kinds, now + AHEAD, lease, limit)
        return [replace(item, work=replace(item.work, due_at=None)) for item in early]


@dataclass(frozen=True, slots=True)
class Planted:
    """Parts with one fault, and words that the checker has for what comes of it."""

    parts: Parts
    sentence: str


PLANTED: Mapping[str, Planted] = {
    "reordering": Planted(Parts(relay=Hasty), "before event"),
    "consumer-reordering": Planted(Parts(consumer=Disorderly), "which it follows"),
    "commit-before-handling": Planted(Parts(consumer=Premature), "R7: "),
    "checkpoint-before-sending": Planted(Parts(relay=Forward), "never reached"),
    "checkpoint-unconditional": Planted(Parts(relay=Blind), "published again"),
    "lost-tail-unnoticed": Planted(Parts(relay=Forgetful), "R6: "),
    "view-unconditional": Planted(Parts(tables=ViewsOfTheLast), "R8: "),
    "lost-update": Planted(Parts(store=WithoutExpectedVersion), "R3: "),
    "no-inbox-check": Planted(Parts(store=WithoutInboxCheck), "twice: "),
    "no-idempotency-record": Planted(Parts(store=WithoutIdempotencyRecord), "R2: "),
    "answer-before-commit": Planted(Parts(remote=Hopeful), "R1: "),
    "batch-mixed-up": Planted(Parts(remote=MixesUp), "was answered with"),
    "half-a-write-set": Planted(Parts(store=HalfWrittenSets), "R5: "),
    "gap-in-the-log": Planted(Parts(store=WithGaps), "R4: a reader "),
    "last-parked-first": Planted(Parts(yard=LastFirst), "before one that it follows"),
    "relay-stops": Planted(Parts(relay=Discouraged), "there is no rest"),
    "timer-ahead": Planted(Parts(queue=Ahead), "neither waits nor has ended"),
    "no-leases": Planted(Parts(queue=WithoutLeases), "nothing was in its way"),
}
