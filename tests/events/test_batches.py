"""A batch is as if its write sets came one after another: only the bad ones fail, each alone."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.memory import MemoryStore
from events.postgres import PostgresStore
from events.store import ANY, Answer, Appended, RequestKey, Store, WriteSet
from events.testing import FixedClock, draft, write
from simulation.store import untroubled

ANSWER = Answer(status=201, location="/", version=1, position=0, body_hash=b"hash")
BAD = {"nul": {"text": "a\0b"}, "surrogate": {"text": "\ud800"}}


@dataclass(frozen=True, slots=True)
class Plan:
    """A write set in numbers, so that it can be made for one store and for another."""

    streams: Sequence[int]
    expected: int
    message: int | None
    request: int | None
    bad: str | None
    again: bool


plans = st.lists(
    st.builds(
        Plan,
        streams=st.lists(st.integers(0, 2), max_size=4),
        expected=st.sampled_from([ANY, ANY, 0, 1, 2, 3]),
        message=st.sampled_from([None, None, 0, 1]),
        request=st.sampled_from([None, None, 0, 1]),
        bad=st.sampled_from([None, None, None, *BAD, "long", "twice"]),
        again=st.booleans(),
    ),
    max_size=12,
)


class Made:
    """Write sets with ids of their own: nothing in the log is known to them."""

    def __init__(self) -> None:
        self._streams = [uuid4() for _ in range(3)]
        self._messages = [uuid4() for _ in range(2)]
        self._requests = [_key(uuid4().hex) for _ in range(2)]

    def sets(self, planned: Sequence[Plan]) -> list[WriteSet]:
        """Some come a second time, as where an answer was lost."""
        made = [self._set(plan) for plan in planned]
        return [one for one, plan in zip(made, planned, strict=True) for _ in range(1 + plan.again)]

    def _set(self, plan: Plan) -> WriteSet:
        drafts = [draft(self._streams[number]) for number in plan.streams]
        request = None if plan.request is None else (self._requests[plan.request], ANSWER)
        if plan.bad in BAD:
            drafts.append(draft(uuid4(), BAD[plan.bad]))
        if plan.bad == "long":
            request = (_key(LONG), ANSWER)
        if plan.bad == "twice":
            drafts += [draft(self._streams[0], id=SAME), draft(self._streams[0], id=SAME)]
        message = None if plan.message is None else ("group", self._messages[plan.message])
        return write(*drafts, expected=plan.expected, message=message, request=request)


def _key(text: str) -> RequestKey:
    return RequestKey(subject="s", route="r", key=text)


SAME: UUID = uuid4()
LONG = "".join(uuid4().hex for _ in range(300))
"""Longer than what an index takes, and not to be compressed."""


@pytest.mark.system
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plans)
def test_a_batch_is_as_if_its_sets_came_one_after_another(
    database: str, planned: list[Plan]
) -> None:
    asyncio.run(_as_one_after_another(PostgresStore.open(database, source="intake"), planned))


@given(plans)
def test_a_batch_of_the_simulation_is_so_too(planned: list[Plan]) -> None:
    store = untroubled(MemoryStore("intake", FixedClock()))

    asyncio.run(_as_one_after_another(store, planned))


async def _as_one_after_another(
    opened: AbstractAsyncContextManager[Store], planned: Sequence[Plan]
) -> None:
    sets = Made().sets(planned)
    memory = MemoryStore("intake")
    async with opened as store:
        before = (await store.head()).position
        together = await asyncio.gather(*map(store.append, sets), return_exceptions=True)
        log = await store.after(before, 1000)
    in_turn = [await _outcome(memory, one) for one in sets]

    assert _told(sets, together, before) == _told(sets, in_turn, 0)
    assert [(e.id, e.position - before, e.version) for e in log] == [
        (e.id, e.position, e.version) for e in memory.log
    ]


async def _outcome(store: Store, given: WriteSet) -> Appended | BaseException:
    try:
        return await store.append(given)
    except Exception as error:  # noqa: BLE001 - compared below
        return error


def _told(
    sets: Sequence[WriteSet], outcomes: Sequence[Appended | BaseException], before: int
) -> list[int | type[object]]:
    """Who wrote no event stands where the log stood after the batch, wherever that was."""
    return [
        outcome.position - before
        if isinstance(outcome, Appended) and given.events
        else type(outcome)
        for given, outcome in zip(sets, outcomes, strict=True)
    ]
