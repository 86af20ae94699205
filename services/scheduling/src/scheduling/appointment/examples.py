"""Facts about an appointment that tests and demos start from."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from scheduling.appointment.decider import APPOINTMENT
from scheduling.appointment.events import (
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentHeld,
    AppointmentPlanned,
)
from scheduling.deadline.examples import CASE_ID
from scheduling.team.examples import CASE_MANAGER

APPOINTMENTS = APPOINTMENT.beside(CASE_ID)
APPOINTMENT_ID = uuid5(NAMESPACE_OID, "appointment")

PLANNED = AppointmentPlanned(
    appointment=APPOINTMENT_ID,
    kind="board-talk",
    case_manager=CASE_MANAGER,
    starts_at=datetime(2027, 3, 2, 9, tzinfo=UTC),
    time_zone="Europe/Amsterdam",
    minutes=60,
    participants=("client", "board"),
    must_confirm=("board",),
    occurred=Occurred.parse("2027-02-18"),
)
CONFIRMED = AppointmentConfirmed(
    appointment=APPOINTMENT_ID,
    kind="board-talk",
    participant="board",
    occurred=Occurred.parse("2027-02-22"),
)
CANCELLED = AppointmentCancelled(
    appointment=APPOINTMENT_ID,
    kind="board-talk",
    by="hospital",
    notice_hours=2,
    occurred=Occurred.parse("2027-03-02T06:30:00Z"),
)
HELD = AppointmentHeld(
    appointment=APPOINTMENT_ID,
    kind="board-talk",
    attended="yes",
    occurred=Occurred.parse("2027-03-02"),
)
