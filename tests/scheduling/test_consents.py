"""While a consent on which reminders rest is withdrawn, the deadlines of the case are silent."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.broker import Message, Partition
from events.contracts.casefile import CaseOpened, ConsentGiven, ConsentWithdrawn
from events.contracts.contract import Contract
from events.envelope import BadMessage
from events.lanes import Handle
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import METADATA, FixedClock, lived, numbered, outcome, published, recorded, told
from programmes.loader import Programmes
from scheduling.appointment.decider import APPOINTMENT
from scheduling.appointment.events import AppointmentCancelled, AppointmentPlanned
from scheduling.appointment.examples import APPOINTMENT_ID, PLANNED
from scheduling.codec import CODEC
from scheduling.consent.decider import (
    ACCESS,
    APPOINTMENTS,
    CONSENT,
    REMINDERS,
    consent_decider,
    has_stopped,
)
from scheduling.consent.events import ConsentEvent
from scheduling.consent.examples import GIVEN as GIVEN_HERE
from scheduling.consent.examples import WITHDRAWN as WITHDRAWN_HERE
from scheduling.deadline.events import DeadlineMet, DeadlineMissed, DeadlineSet, DeadlineSilenced
from scheduling.deadline.examples import CASE_ID, MET_LATE
from scheduling.reactions import consents, deadlines, of_deadlines, reading

Tell = Callable[..., Awaitable[None]]
Passed = Callable[..., Awaitable[list[type]]]

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


message = partial(
    published,
    source="casefile",
    key=CASE_ID,
    recorded_at=datetime(2027, 2, 17, 12, tzinfo=UTC),
    metadata=UNDER_PROGRAMME,
)

OPENED = message(1, "case-opened", CaseOpened(organisation=None, spell=1), "2027-02-15")
WITHDRAWN = message(
    2,
    "consent-withdrawn",
    ConsentWithdrawn(consent="support", stops=["access", "reminders"]),
    "2027-02-16",
)
GIVEN = message(
    3,
    "consent-given",
    ConsentGiven(consent="support", form="written", scopes=["whole-service"], studies=[]),
    "2027-02-17",
)
STUDY_LEFT = message(
    4, "consent-withdrawn", ConsentWithdrawn(consent="research", stops=["study"]), "2027-02-16"
)
STUDY_JOINED = message(
    5,
    "consent-given",
    ConsentGiven(consent="research", form="written", scopes=["interview"], studies=["evaluation"]),
    "2027-02-16",
)


def on_deadlines(store: MemoryStore, programmes: Programmes) -> Handle:
    return of_deadlines(store, programmes, deadlines.reactions(programmes))


async def planned(store: MemoryStore, *events: AppointmentPlanned) -> None:
    stream = APPOINTMENT.beside(CASE_ID)
    await told(store, CODEC, CASE_ID, *events, stream=stream, metadata=UNDER_PROGRAMME)


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([OPENED], [DeadlineSet, DeadlineMissed]),
        ([OPENED, WITHDRAWN], [DeadlineSet, DeadlineSilenced]),
        ([OPENED, WITHDRAWN, GIVEN], [DeadlineSet, DeadlineMissed]),
        ([OPENED, GIVEN, WITHDRAWN], [DeadlineSet, DeadlineMissed]),
        ([OPENED, STUDY_LEFT], [DeadlineSet, DeadlineMissed]),
        ([WITHDRAWN, OPENED], [DeadlineSet, DeadlineSilenced]),
        ([WITHDRAWN, OPENED, GIVEN], [DeadlineSet, DeadlineMissed]),
    ],
)
async def test_a_deadline_that_passes_while_reminders_have_stopped_is_silent(
    passed: Passed,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    assert await passed(*told) == events


GIVEN_LATER = replace(GIVEN, id=numbered(6), occurred=Occurred.parse("2027-02-19"))
WITHDRAWN_AGAIN = replace(WITHDRAWN, id=numbered(7), occurred=Occurred.parse("2027-02-18"))


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([GIVEN], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([GIVEN, WITHDRAWN_AGAIN, GIVEN], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([WITHDRAWN_AGAIN, GIVEN], [DeadlineSet, DeadlineSilenced]),
        ([GIVEN_LATER], [DeadlineSet, DeadlineSilenced]),
        ([STUDY_JOINED], [DeadlineSet, DeadlineSilenced]),
    ],
)
async def test_a_deadline_is_missed_that_passed_before_the_consent_for_its_day_was_handled(
    passed: Passed,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    await passed(OPENED, WITHDRAWN)

    assert await passed(*told) == events


async def test_a_deadline_that_passed_in_silence_and_was_met_is_not_missed(
    passed: Passed, tell: Tell
) -> None:
    await passed(OPENED, WITHDRAWN)
    await tell(MET_LATE)

    events = await passed(GIVEN)

    assert events == [DeadlineSet, DeadlineSilenced, DeadlineMet]


async def test_what_is_told_as_missed_was_missed_when_its_timer_went_off(
    passed: Passed, store: MemoryStore, clock: FixedClock
) -> None:
    await passed(OPENED, WITHDRAWN)
    went_off = clock()
    clock.advance(timedelta(hours=1))

    await passed(GIVEN)

    missed = store.log[-1]
    assert (missed.type, missed.occurred) == ("deadline.missed.v1", Occurred.instant(went_off))
    assert missed.metadata.causation_id == GIVEN.id


@pytest.mark.parametrize(("told", "stopped"), [([OPENED], False), ([WITHDRAWN, OPENED], True)])
async def test_whether_reminders_had_stopped_is_told_with_what_is_set(
    handle: Handle, store: MemoryStore, told: Sequence[Recorded[Contract]], *, stopped: bool
) -> None:
    for each in told:
        await handle(each)

    deadline = CODEC.decode(store.log[-1]).event
    assert isinstance(deadline, DeadlineSet)
    assert (deadline.silent, deadline.reminders_stopped) == (stopped, stopped)
    assert len(store.work) == 1


@pytest.mark.parametrize("behind", [[WITHDRAWN], [WITHDRAWN, GIVEN], [WITHDRAWN, GIVEN, WITHDRAWN]])
async def test_no_deadline_is_set_on_consents_older_than_its_cause(
    store: MemoryStore, programmes: Programmes, behind: Sequence[Recorded[Contract]]
) -> None:
    """The group of the consents has not come to them yet."""
    for each in (*behind, OPENED):
        await on_deadlines(store, programmes)(each)

    deadline = CODEC.decode(store.log[-1]).event
    assert isinstance(deadline, DeadlineSet)
    assert deadline.reminders_stopped is (GIVEN not in behind)


def test_what_a_group_has_nothing_to_do_with_holds_up_none_of_its_keys(
    programmes: Programmes,
) -> None:
    """Though nothing is there that could be read."""
    headers = [("ce_type", b"leidraad.casefile.case-opened.v1")]
    empty = Message(Partition("casefile.events", 0), 0, None, headers, b"")

    assert reading(programmes, consents.REACTIONS)(empty) is None
    with pytest.raises(BadMessage):
        reading(programmes, deadlines.reactions(programmes))(empty)


@pytest.mark.parametrize("order", [*permutations([WITHDRAWN, WITHDRAWN, GIVEN, GIVEN])])
async def test_what_comes_again_or_in_another_order_means_the_same(
    handle: Handle, store: MemoryStore, order: Sequence[Recorded[Contract]]
) -> None:
    for each in order:
        await handle(each)

    assert len(store.log) == 2
    assert not CONSENT.state(store.log, CONSENT.beside(CASE_ID)).stopped


@pytest.mark.parametrize("other", [STUDY_LEFT, STUDY_JOINED])
async def test_a_consent_on_which_nothing_here_rests_stops_nothing_here(
    handle: Handle, store: MemoryStore, other: Recorded[Contract]
) -> None:
    await handle(other)

    for stop in (ACCESS, APPOINTMENTS, REMINDERS):
        assert not has_stopped(stop, store.log, CASE_ID)


async def test_a_consent_that_was_given_again_stops_nothing_whatever_it_stopped_before(
    handle: Handle, store: MemoryStore
) -> None:
    """A later version of the programme need not know that access once rested on it."""
    withdrawn = ConsentWithdrawn(consent="research", stops=["access"])
    await handle(message(4, "consent-withdrawn", withdrawn, "2027-02-16"))
    assert has_stopped(ACCESS, store.log, CASE_ID)

    await handle(STUDY_JOINED)

    assert not has_stopped(ACCESS, store.log, CASE_ID)


async def test_the_reminders_of_a_case_are_none_of_its_deadlines(
    handle: Handle, desk: httpx.AsyncClient
) -> None:
    await handle(OPENED)
    await handle(WITHDRAWN)

    answer = await desk.get(f"/v1/cases/{CASE_ID}/deadlines")

    assert [deadline["policy"] for deadline in answer.json()] == ["first-contact"]


def test_a_withdrawal_that_was_stored_when_reminders_alone_rested_on_consents_is_read() -> None:
    stored = recorded({"consent": "support"}, type="reminder.stopped.v1")

    event = CODEC.decode(stored).event

    assert consent_decider.fold([event]).stopped == {ACCESS, APPOINTMENTS, REMINDERS}


ALL_STOPPED = replace(
    WITHDRAWN,
    event=ConsentWithdrawn(consent="support", stops=["access", "appointments", "reminders"]),
)


@pytest.mark.parametrize(
    ("told", "called_off"),
    [
        ([ALL_STOPPED], True),
        ([ALL_STOPPED, ALL_STOPPED], True),
        ([ALL_STOPPED, GIVEN], True),
        ([GIVEN, ALL_STOPPED], False),
        ([WITHDRAWN], False),
        ([STUDY_LEFT], False),
        ([replace(ALL_STOPPED, occurred=Occurred.parse("2027-02"))], True),
        ([replace(ALL_STOPPED, occurred=UNKNOWN)], True),
    ],
)
async def test_a_withdrawal_calls_off_the_appointments_to_come(
    handle: Handle, store: MemoryStore, told: Sequence[Recorded[Contract]], *, called_off: bool
) -> None:
    """One at nine on 2 March was planned, and one that was over when anybody knew of it."""
    over = replace(PLANNED, appointment=numbered(2), starts_at=datetime(2027, 2, 16, 9, tzinfo=UTC))
    await planned(store, PLANNED, replace(over, occurred=Occurred.parse("2027-02-15")))

    for each in told:
        await handle(each)

    events = [CODEC.decode(r).event for r in store.log]
    cancelled = [event for event in events if isinstance(event, AppointmentCancelled)]
    by = [(event.appointment, event.by) for event in cancelled]
    assert by == ([(APPOINTMENT_ID, "consent-withdrawn")] if called_off else [])
    assert [event.occurred for event in cancelled] == [m.occurred for m in told[:1] if called_off]


@pytest.mark.parametrize("told", [WITHDRAWN_HERE, GIVEN_HERE])
def test_what_is_told_again_adds_nothing(told: ConsentEvent) -> None:
    assert outcome(consent_decider, given=[], when=told) == [told]
    assert outcome(consent_decider, given=[told], when=told) == []


@pytest.mark.parametrize(
    ("given", "stopped"), [("2027-02-16", False), ("2027-02", True), ("2027-03", False)]
)
def test_a_consent_of_which_only_the_month_is_known_allows_nothing_that_was_stopped_in_it(
    given: str, *, stopped: bool
) -> None:
    allowed = replace(GIVEN_HERE, occurred=Occurred.parse(given))

    assert (REMINDERS in consent_decider.fold([WITHDRAWN_HERE, allowed]).stopped) is stopped


def test_what_was_withdrawn_given_and_withdrawn_on_one_day_is_withdrawn() -> None:
    given = replace(GIVEN_HERE, occurred=WITHDRAWN_HERE.occurred)

    same_day: list[ConsentEvent] = [WITHDRAWN_HERE, given]
    later: list[ConsentEvent] = [WITHDRAWN_HERE, GIVEN_HERE]

    assert outcome(consent_decider, given=same_day, when=WITHDRAWN_HERE) == [WITHDRAWN_HERE]
    assert outcome(consent_decider, given=later, when=WITHDRAWN_HERE) == []


@given(
    st.lists(
        st.builds(
            replace,
            st.sampled_from(
                [WITHDRAWN_HERE, GIVEN_HERE, replace(WITHDRAWN_HERE, consent="contact-data")]
            ),
            occurred=st.sampled_from(
                [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
            ),
        )
    )
)
def test_whatever_is_told_one_withdrawal_without_a_later_consent_stops_reminders(
    told: list[ConsentEvent],
) -> None:
    events = lived(consent_decider, told)
    later = replace(GIVEN_HERE, occurred=Occurred.parse("2027-03-01"))
    both = [later, replace(later, consent="contact-data")]

    assert set(events) == set(told)
    assert lived(consent_decider, [*told, *told[-1:]]) == events
    assert not consent_decider.fold([*events, *both]).stopped
    stopped = replace(WITHDRAWN_HERE, occurred=later.occurred)
    assert consent_decider.fold([*events, *both, stopped]).stopped
