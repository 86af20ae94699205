"""Faults planted into the parts: a simulation that did not find them would be worth nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from events.broker import Place
from events.checkpoint import Lead
from events.following import Folded
from events.marks import Reached
from events.memory import MemoryStore
from events.publisher import Publisher
from events.relay import Relay
from events.store import Answer, Appended, RequestKey, Unavailable, WriteSet
from events.testing import NOW
from events.views import View
from events.views_memory import MemoryViews
from events.work import Claimed
from events.work_memory import MemoryQueue
from simulation.city import Parts
from simulation.run import Outcome, simulate
from simulation.store import SimulatedStore

MOST_SEEDS = 80


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


class Hopeful(SimulatedStore):
    """Takes what got no answer for written."""

    async def append(self, write: WriteSet) -> Appended:
        try:
            return await super().append(write)
        except Unavailable:
            return Appended(1, NOW)


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        pytest.param(Parts(relay=Hasty), "before event", id="a relay that does not wait"),
        pytest.param(
            Parts(relay=Forward), "never reached", id="a relay that moves on before it sends"
        ),
        pytest.param(
            Parts(relay=Blind), "published again", id="a checkpoint that is moved unconditionally"
        ),
        pytest.param(Parts(relay=Forgetful), "R6: ", id="a lost tail that nobody notices"),
        pytest.param(
            Parts(tables=ViewsOfTheLast), "R8: ", id="a view that is written unconditionally"
        ),
        pytest.param(Parts(store=WithoutExpectedVersion), "R3: ", id="a lost update"),
        pytest.param(Parts(store=WithoutInboxCheck), "twice: ", id="no inbox check"),
        pytest.param(Parts(store=WithoutIdempotencyRecord), "R2: ", id="no idempotency record"),
        pytest.param(Parts(remote=Hopeful), "R1: ", id="an answer before the commit"),
        pytest.param(Parts(store=HalfWrittenSets), "R5: ", id="half a write set"),
        pytest.param(
            Parts(queue=WithoutLeases), "nothing was in its way", id="a queue without leases"
        ),
    ],
)
def test_a_planted_fault_is_found_within_some_seeds(parts: Parts, sentence: str) -> None:
    found = next(filter(None, (_red(seed, parts, sentence) for seed in range(MOST_SEEDS))), None)

    assert found is not None
    assert simulate(found.seed, parts) == found
    assert not simulate(found.seed).violations


def _red(seed: int, parts: Parts, sentence: str) -> Outcome | None:
    outcome = simulate(seed, parts)
    return outcome if any(sentence in violation for violation in outcome.violations) else None
