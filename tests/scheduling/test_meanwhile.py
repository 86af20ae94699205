"""What another process stores while a command is decided counts, also on a stream that begins."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest

from events.commands import StreamType
from events.contracts.casefile import CaseOpened
from events.lanes import Handle
from events.memory import MemoryStore
from events.store import Appended, WriteSet
from events.testing import METADATA, FixedClock, published, told
from kit.testing import problem
from programmes.loader import Programmes, load
from scheduling.appointment.decider import APPOINTMENT
from scheduling.codec import CODEC
from scheduling.consent.decider import CONSENT
from scheduling.consent.examples import GIVEN, WITHDRAWN
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.events import DeadlineSet, DeadlineSilenced
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT
from scheduling.reactions import deadlines, of_deadlines
from scheduling.reactions.silenced import tell_missed
from scheduling.spell.decider import SPELL
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.team.decider import TEAM
from scheduling.team.examples import CASE_MANAGER, JOINED
from scheduling.work.deadlines import deadline_misser

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
PATH = f"/v1/cases/{CASE_ID}/appointments"
PLAN = {
    "kind": "board-talk",
    "caseManager": str(CASE_MANAGER),
    "startsAt": "2027-04-06T11:00:00+02:00",
    "minutes": 60,
    "participants": ["client", "board"],
    "mustConfirm": [],
}
OPENED = published(
    1,
    "case-opened",
    CaseOpened(organisation=None, spell=1),
    "2027-02-15",
    source="casefile",
    key=CASE_ID,
    recorded_at=datetime(2027, 2, 15, 12, tzinfo=UTC),
    metadata=UNDER_PROGRAMME,
)

Tell = Callable[..., Awaitable[None]]
Fact = tuple[StreamType[Any, Any, Any], object]
Meanwhile = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture
def on_case(store: MemoryStore) -> Tell:
    return partial(told, store, CODEC, CASE_ID, metadata=UNDER_PROGRAMME)


@pytest.fixture
def withdrawn(on_case: Tell) -> Callable[[], Awaitable[None]]:
    """The first consent of the case that anybody told of is withdrawn."""
    return partial(on_case, WITHDRAWN, stream=CONSENT.beside(CASE_ID))


@pytest.fixture(params=["withdrawn", "closed"])
def silenced(
    on_case: Tell, withdrawn: Callable[[], Awaitable[None]], request: pytest.FixtureRequest
) -> Callable[[], Awaitable[None]]:
    """That consent is withdrawn, or the case is closed for the first time."""
    closed = partial(on_case, ENDED, stream=SPELL.beside(CASE_ID))
    return withdrawn if request.param == "withdrawn" else closed


@pytest.fixture
def meanwhile(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Does something when the next command was decided, before that is stored."""

    def arrange(happens: Callable[[], Awaitable[None]]) -> None:
        append = store.append

        async def append_after_that(write: WriteSet) -> Appended:
            monkeypatch.setattr(store, "append", append)
            await happens()
            return await append(write)

        monkeypatch.setattr(store, "append", append_after_that)

    return arrange


@pytest.fixture
async def handle(store: MemoryStore, programmes: Programmes) -> Handle:
    """What the group of deadlines does with a message."""
    return of_deadlines(store, programmes, deadlines.reactions(programmes))


async def test_nothing_is_planned_that_consent_stopped_before_the_plan_is_stored(
    on_case: Tell,
    desk: httpx.AsyncClient,
    store: MemoryStore,
    meanwhile: Meanwhile,
    withdrawn: Callable[[], Awaitable[None]],
) -> None:
    await on_case(JOINED, stream=TEAM.beside(CASE_ID))
    meanwhile(withdrawn)

    refused = await desk.post(PATH, json=PLAN)

    assert problem(refused) == (409, "appointments-stopped")
    assert not [r for r in store.log if r.stream == APPOINTMENT.beside(CASE_ID)]


async def test_a_deadline_is_not_missed_aloud_once_consent_to_reminders_or_the_case_ended(
    store: MemoryStore,
    clock: FixedClock,
    handle: Handle,
    meanwhile: Meanwhile,
    silenced: Callable[[], Awaitable[None]],
) -> None:
    await handle(OPENED)
    [timer] = store.work.values()
    meanwhile(silenced)

    await deadline_misser(store, load(), clock)(timer)

    assert DEADLINE.state(store.log, FIRST_CONTACT).silenced is not None
    assert store.work == {}


@pytest.mark.parametrize(
    ("silent", "aloud", "other"),
    [
        ((SPELL, ENDED), (SPELL, BEGAN), (CONSENT, WITHDRAWN)),
        ((CONSENT, WITHDRAWN), (CONSENT, GIVEN), (SPELL, ENDED)),
    ],
    ids=["reopened", "given"],
)
async def test_what_passed_in_silence_is_not_told_once_there_is_another_reason_for_it(
    on_case: Tell,
    clock: FixedClock,
    store: MemoryStore,
    handle: Handle,
    meanwhile: Meanwhile,
    silent: Fact,
    aloud: Fact,
    other: Fact,
) -> None:
    def tell(fact: Fact) -> Awaitable[None]:
        stream_type, event = fact
        return on_case(event, stream=stream_type.beside(CASE_ID))

    await handle(OPENED)
    await tell(silent)
    [timer] = store.work.values()
    await deadline_misser(store, load(), clock)(timer)
    await tell(aloud)
    meanwhile(lambda: tell(other))

    await tell_missed(store, load(), OPENED)

    told_ = [type(CODEC.decode(r).event) for r in store.log if r.stream == FIRST_CONTACT]
    assert told_ == [DeadlineSet, DeadlineSilenced]


async def test_a_deadline_is_set_on_what_holds_when_it_is_stored(
    store: MemoryStore,
    handle: Handle,
    meanwhile: Meanwhile,
    silenced: Callable[[], Awaitable[None]],
) -> None:
    meanwhile(silenced)

    await handle(OPENED)

    [deadline] = [CODEC.decode(r).event for r in store.log if r.stream == FIRST_CONTACT]
    assert deadline.reminders_stopped
