"""When an appointment is planned, confirmed, called off, with what notice, and held."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, numbered, outcome, refusal
from scheduling.appointment.decider import (
    AppointmentCommand,
    CancelAppointment,
    ConfirmAppointment,
    HoldAppointment,
    PlanAppointment,
    StopAppointments,
    appointment_decider,
)
from scheduling.appointment.events import (
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentHeld,
    AppointmentPlanned,
)
from scheduling.appointment.examples import APPOINTMENT_ID, CANCELLED, CONFIRMED, HELD, PLANNED
from scheduling.appointment.state import Status
from scheduling.team.examples import BACKUP, CASE_MANAGER

PLAN = PlanAppointment(planned=PLANNED, stopped=False, team=frozenset({CASE_MANAGER, BACKUP}))
CONFIRM = ConfirmAppointment(
    appointment=APPOINTMENT_ID, participant="board", occurred=CONFIRMED.occurred
)
CANCEL = CancelAppointment(appointment=APPOINTMENT_ID, by="hospital", occurred=CANCELLED.occurred)
HOLD = HoldAppointment(appointment=APPOINTMENT_ID, attended="yes", occurred=HELD.occurred)
STOP = StopAppointments(
    since=datetime(2027, 2, 20, tzinfo=UTC), stopped=True, occurred=Occurred.parse("2027-02-20")
)
OTHER = replace(PLANNED, appointment=numbered(2))


def plan(**changed: object) -> PlanAppointment:
    return replace(PLAN, planned=replace(PLANNED, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], PLAN, [PLANNED]),
        ([PLANNED], CONFIRM, [CONFIRMED]),
        ([PLANNED], CANCEL, [CANCELLED]),
        ([PLANNED], HOLD, [HELD]),
        ([PLANNED, CONFIRMED], CANCEL, [CANCELLED]),
        ([PLANNED, CONFIRMED], HOLD, [HELD]),
        ([PLANNED, HELD], CONFIRM, [CONFIRMED]),
    ],
)
def test_what_may_follow_follows(
    before: list[AppointmentEvent], command: AppointmentCommand, events: list[AppointmentEvent]
) -> None:
    assert outcome(appointment_decider, given=before, when=command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([PLANNED], PLAN),
        ([PLANNED, CONFIRMED], CONFIRM),
        ([PLANNED, CANCELLED], CANCEL),
        ([PLANNED, HELD], HOLD),
        ([PLANNED, CANCELLED], PLAN),
        ([PLANNED, CANCELLED], STOP),
        ([PLANNED, HELD], STOP),
        ([], STOP),
    ],
)
def test_what_is_known_already_adds_nothing(
    before: list[AppointmentEvent], command: AppointmentCommand
) -> None:
    assert outcome(appointment_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([], replace(PLAN, stopped=True), "appointments-stopped"),
        ([], replace(PLAN, team=frozenset({BACKUP})), "not-in-the-team"),
        ([], plan(occurred=Occurred.parse("2027-03-03")), "impossible-order"),
        ([], CONFIRM, "no-such-appointment"),
        ([], CANCEL, "no-such-appointment"),
        ([], HOLD, "no-such-appointment"),
        ([PLANNED], replace(CONFIRM, participant="doctor"), "not-a-participant"),
        ([PLANNED], replace(CONFIRM, occurred=Occurred.parse("2027-02-17")), "impossible-order"),
        ([PLANNED], replace(CANCEL, occurred=Occurred.parse("2027-02-17")), "impossible-order"),
        ([PLANNED], replace(HOLD, occurred=Occurred.parse("2027-03-01")), "impossible-order"),
        (
            [PLANNED],
            replace(HOLD, occurred=Occurred.parse("2027-03-02T08:59:59Z")),
            "impossible-order",
        ),
        ([PLANNED, CONFIRMED], replace(CONFIRM, occurred=UNKNOWN), "already-known"),
        ([PLANNED, CANCELLED], CONFIRM, "appointment-cancelled"),
        ([PLANNED, CANCELLED], HOLD, "appointment-cancelled"),
        ([PLANNED, CANCELLED], replace(CANCEL, by="client"), "appointment-cancelled"),
        ([PLANNED, HELD], CANCEL, "appointment-held"),
        ([PLANNED, HELD], replace(HOLD, attended="no"), "appointment-held"),
    ],
)
def test_what_cannot_be_is_refused(
    before: list[AppointmentEvent], command: AppointmentCommand, code: str
) -> None:
    assert refusal(appointment_decider, given=before, when=command) == code


@pytest.mark.parametrize(
    ("occurred", "notice"),
    [
        ("2027-03-02T06:30:00Z", 2),
        ("2027-03-02T06:00:00Z", 3),
        ("2027-03-02T08:59:00Z", 0),
        ("2027-03-02T09:05:00Z", 0),
        ("2027-03-01", 10),
        ("2027-03-02", 0),
        ("2027-02", 34),
        ("unknown", None),
    ],
)
def test_the_notice_is_the_whole_hours_that_there_were_at_least(
    occurred: str, notice: int | None
) -> None:
    cancel = replace(CANCEL, occurred=Occurred.parse(occurred))

    [cancelled] = outcome(appointment_decider, given=[PLANNED], when=cancel)

    assert cancelled == replace(CANCELLED, notice_hours=notice, occurred=cancel.occurred)


@pytest.mark.parametrize(
    ("starts_at", "case_manager", "refused"),
    [
        ("2027-03-02T09:30:00Z", CASE_MANAGER, True),
        ("2027-03-02T08:30:00Z", CASE_MANAGER, True),
        ("2027-03-02T10:00:00Z", CASE_MANAGER, False),
        ("2027-03-02T08:00:00Z", CASE_MANAGER, False),
        ("2027-03-02T09:30:00Z", BACKUP, False),
    ],
)
def test_nobody_has_two_appointments_on_a_case_at_the_same_time(
    starts_at: str, case_manager: object, *, refused: bool
) -> None:
    other = plan(
        appointment=OTHER.appointment,
        starts_at=datetime.fromisoformat(starts_at),
        case_manager=case_manager,
    )

    if refused:
        assert refusal(appointment_decider, given=[PLANNED], when=other) == "double-booked"
    else:
        assert outcome(appointment_decider, given=[PLANNED], when=other) == [other.planned]
    free: list[AppointmentEvent] = [PLANNED, CANCELLED]
    assert outcome(appointment_decider, given=free, when=other) == [other.planned]


def test_a_withdrawal_calls_off_what_is_to_come_and_nothing_else() -> None:
    earlier = replace(OTHER, starts_at=datetime(2027, 2, 19, 9, tzinfo=UTC))
    before: list[AppointmentEvent] = [PLANNED, CONFIRMED, earlier]

    events = outcome(appointment_decider, given=before, when=STOP)
    given_again = outcome(appointment_decider, given=before, when=replace(STOP, stopped=False))

    by = "consent-withdrawn"
    assert events == [replace(CANCELLED, by=by, notice_hours=9 * 24 + 10, occurred=STOP.occurred)]
    assert given_again == []


@pytest.mark.parametrize("told", [*permutations([PLANNED, CONFIRMED, HELD])])
def test_an_appointment_stands_the_same_whatever_is_told_first(
    told: tuple[AppointmentEvent, ...],
) -> None:
    one = appointment_decider.fold(told)[APPOINTMENT_ID]

    assert (one.status, {*one.confirmed_by}) == (Status.HELD, {"board"})


def test_it_is_confirmed_once_all_have_who_must() -> None:
    both = replace(PLANNED, must_confirm=("client", "board"))
    too = replace(CONFIRMED, participant="client")
    nobody = replace(PLANNED, must_confirm=())

    lives: list[tuple[list[AppointmentEvent], Status]] = [
        ([both], Status.PLANNED),
        ([both, CONFIRMED], Status.PLANNED),
        ([both, CONFIRMED, too], Status.CONFIRMED),
        ([nobody], Status.PLANNED),
        ([nobody, CONFIRMED], Status.PLANNED),
        ([CONFIRMED], Status.NEW),
    ]
    for life, status in lives:
        assert appointment_decider.fold(life)[APPOINTMENT_ID].status is status


DAYS = st.sampled_from([*(Occurred.parse(f"2027-03-0{day}") for day in range(1, 5)), UNKNOWN])
ONES = st.sampled_from([APPOINTMENT_ID, OTHER.appointment])
COMMANDS = st.one_of(
    st.builds(
        lambda one, hours: plan(
            appointment=one, starts_at=PLANNED.starts_at + timedelta(hours=hours)
        ),
        ONES,
        st.integers(-48, 48),
    ),
    st.builds(replace, st.sampled_from([CONFIRM, CANCEL, HOLD]), appointment=ONES, occurred=DAYS),
    st.just(STOP),
)


@given(st.lists(COMMANDS))
def test_whatever_is_asked_each_is_planned_once_and_ends_once(
    commands: list[AppointmentCommand],
) -> None:
    events = lived(appointment_decider, commands)

    for one in (APPOINTMENT_ID, OTHER.appointment):
        times = Counter(type(event) for event in events if event.appointment == one)
        assert times[AppointmentPlanned] == min(1, len(times))
        assert times[AppointmentCancelled] + times[AppointmentHeld] <= 1
        assert times[AppointmentConfirmed] <= 1
    assert lived(appointment_decider, [*commands, *commands[-1:]]) == events
