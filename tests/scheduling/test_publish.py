"""What others may know of scheduling's log: for each event a registered contract."""

from datetime import UTC, datetime

import pytest

from events import testing
from events.contracts import registry, type_name
from events.contracts import scheduling as contracts
from events.store import Json, Recorded
from scheduling.appointment import examples as appointment
from scheduling.case_manager import examples as case_manager
from scheduling.codec import CODEC
from scheduling.consent import examples as consent
from scheduling.deadline import examples as deadline
from scheduling.deadline.examples import DUE_ON, MET, MET_LATE, MISSED, SET
from scheduling.publish import KEPT, publish
from scheduling.spell import examples as spell
from scheduling.team import examples as team

EXAMPLES = testing.examples(CODEC, appointment, case_manager, consent, deadline, spell, team)


def stored(event: object) -> Recorded[Json]:
    return testing.stored(CODEC, event)


def test_there_is_an_example_of_every_stored_event() -> None:
    assert {stored(event).type for event in EXAMPLES} == CODEC.names.keys()


@pytest.mark.parametrize(
    ("event", "name", "contract"),
    [
        (
            SET,
            "deadline-set",
            contracts.DeadlineSet(policy="first-contact", policy_version=1, due_on=DUE_ON),
        ),
        (MET, "deadline-met", contracts.DeadlineMet(policy="first-contact", late=False)),
        (MET_LATE, "deadline-met", contracts.DeadlineMet(policy="first-contact", late=True)),
        (
            MISSED,
            "deadline-missed",
            contracts.DeadlineMissed(policy="first-contact", due_on=DUE_ON),
        ),
        (
            appointment.PLANNED,
            "appointment-planned",
            contracts.AppointmentPlanned(
                appointment=appointment.APPOINTMENT_ID,
                kind="board-talk",
                case_manager=team.CASE_MANAGER,
                starts_at=datetime(2027, 3, 2, 9, tzinfo=UTC),
                time_zone="Europe/Amsterdam",
                minutes=60,
                participants=["client", "board"],
                must_confirm=["board"],
            ),
        ),
        (
            appointment.CONFIRMED,
            "appointment-confirmed",
            contracts.AppointmentConfirmed(
                appointment=appointment.APPOINTMENT_ID, kind="board-talk", participant="board"
            ),
        ),
        (
            appointment.CANCELLED,
            "appointment-cancelled",
            contracts.AppointmentCancelled(
                appointment=appointment.APPOINTMENT_ID,
                kind="board-talk",
                by="hospital",
                notice_hours=2,
            ),
        ),
        (
            appointment.HELD,
            "appointment-held",
            contracts.AppointmentHeld(
                appointment=appointment.APPOINTMENT_ID, kind="board-talk", attended="yes"
            ),
        ),
    ],
)
def test_every_stored_event_is_published_under_a_registered_contract(
    event: object, name: str, contract: object
) -> None:
    assert publish(stored(event)) == (name, contract)
    assert registry()[type_name("scheduling", name)] is type(contract)


def test_what_stays_at_home_is_not_published() -> None:
    kept = [event for event in EXAMPLES if isinstance(event, KEPT)]

    assert {type(event) for event in kept} == {*KEPT}
    assert [publish(stored(event)) for event in kept] == [None] * len(kept)


@pytest.mark.parametrize("event", EXAMPLES)
def test_a_stored_event_is_read_as_it_was_written(event: object) -> None:
    assert CODEC.decode(stored(event)).event == event
