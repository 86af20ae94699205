"""A deadline that nobody met by the end of its day is missed, once, whatever crashes."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from events.memory import MemoryStore
from events.occurrence import Occurred, end_of_day
from events.store import AlreadyDone, Appended, Unavailable, Work, WriteSet
from events.testing import METADATA, NOW, FixedClock, numbered
from events.work import Handle
from programmes.loader import load
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.events import DeadlineMissed
from scheduling.deadline.examples import CASE_ID, DUE_ON, FIRST_CONTACT, MET, SET
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.work.deadlines import deadline_misser

Tell = Callable[..., Awaitable[None]]

TIMER = Work(
    id=numbered(5),
    kind=MISS_DEADLINE,
    key=CASE_ID,
    data={"deadline": str(FIRST_CONTACT)},
    metadata=METADATA,
)


@pytest.fixture
async def miss(store: MemoryStore, clock: FixedClock, tell: Tell) -> Handle:
    """The deadline is set, and its timer waits."""
    await tell(SET)
    await store.append(WriteSet(work=[TIMER]))
    return deadline_misser(store, load(), clock)


def last(store: MemoryStore) -> object:
    return DEADLINE.codec.decode(store.log[-1]).event


async def test_a_deadline_that_is_over_is_missed(miss: Handle, store: MemoryStore) -> None:
    await miss(TIMER)

    assert last(store) == DeadlineMissed(
        policy="first-contact", due_on=DUE_ON, occurred=Occurred.instant(NOW)
    )
    assert store.work == {}


@pytest.mark.usefixtures("miss")
async def test_whose_clock_is_behind_misses_at_the_end_of_the_day(store: MemoryStore) -> None:
    """By the clock of whoever gave out the timer the day is over; it would never come again."""
    end = end_of_day(DUE_ON)
    behind = deadline_misser(store, load(), FixedClock(end - timedelta(seconds=30)))

    await behind(replace(TIMER, due_at=end))

    assert last(store) == DeadlineMissed(
        policy="first-contact", due_on=DUE_ON, occurred=Occurred.instant(end)
    )
    assert store.work == {}


async def test_a_deadline_that_was_met_is_not_missed(
    miss: Handle, store: MemoryStore, tell: Tell
) -> None:
    await tell(MET)

    await miss(TIMER)

    assert last(store) == MET
    assert store.work == {}


@pytest.mark.parametrize("written", [False, True])
async def test_a_crash_before_the_end_has_no_effect_twice(
    miss: Handle, store: MemoryStore, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    append = store.append

    async def crash(write: WriteSet) -> Appended:
        if written:
            await append(write)
        raise Unavailable

    monkeypatch.setattr(store, "append", crash)
    with pytest.raises(Unavailable):
        await miss(TIMER)
    monkeypatch.setattr(store, "append", append)
    with suppress(AlreadyDone):
        await miss(TIMER)

    assert [r.type for r in store.log] == ["deadline.set.v1", "deadline.missed.v1"]
    assert store.work == {}
