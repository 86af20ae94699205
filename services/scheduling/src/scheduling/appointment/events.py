"""What can have happened to the appointments of a case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentPlanned:
    """`starts_at` is in UTC; `time_zone` is the one by whose clock it was planned.

    `participants` by their roles, beside the case manager whose appointment it is; those in
    `must_confirm` are asked whether they come.
    """

    appointment: UUID
    kind: str
    case_manager: UUID
    starts_at: datetime
    time_zone: str
    minutes: int
    participants: tuple[str, ...]
    must_confirm: tuple[str, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentConfirmed:
    """A participant says that he or she comes."""

    appointment: UUID
    kind: str
    participant: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCancelled:
    """`notice_hours`: whole hours before the start that there were at least, if that is known."""

    appointment: UUID
    kind: str
    by: str
    notice_hours: int | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentHeld:
    """`attended`: whether the case manager was there."""

    appointment: UUID
    kind: str
    attended: str
    occurred: Occurred


AppointmentEvent = (
    AppointmentPlanned | AppointmentConfirmed | AppointmentCancelled | AppointmentHeld
)

CODEC: Codec[AppointmentEvent] = Codec(
    {
        "appointment.planned.v1": AppointmentPlanned,
        "appointment.confirmed.v1": AppointmentConfirmed,
        "appointment.cancelled.v1": AppointmentCancelled,
        "appointment.held.v1": AppointmentHeld,
    }
)
