"""The appointments of a case, each as what was told of it makes it stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from events.occurrence import Occurred
from scheduling.appointment.events import (
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentHeld,
    AppointmentPlanned,
)


class Status(StrEnum):
    NEW = "new"
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """The same whatever the order in which its facts come; it is none before it is planned."""

    planned: AppointmentPlanned | None = None
    confirmations: Mapping[str, AppointmentConfirmed] = field(default_factory=dict)
    cancelled: AppointmentCancelled | None = None
    held: AppointmentHeld | None = None

    @property
    def confirmed_by(self) -> frozenset[str]:
        return frozenset(self.confirmations)

    @property
    def status(self) -> Status:
        """Confirmed once all have who must; where nobody must it stays planned."""
        if self.planned is None:
            return Status.NEW
        if self.cancelled:
            return Status.CANCELLED
        if self.held:
            return Status.HELD
        asked = frozenset(self.planned.must_confirm)
        return Status.CONFIRMED if asked and asked <= self.confirmed_by else Status.PLANNED

    def takes_the_time_of(self, other: AppointmentPlanned) -> bool:
        """Whether it keeps the same case manager busy for a part of the same time."""
        own = self.planned
        if own is None or self.cancelled or own.case_manager != other.case_manager:
            return False
        length, other_length = timedelta(minutes=own.minutes), timedelta(minutes=other.minutes)
        begins_in_time = own.starts_at < other.starts_at + other_length
        return begins_in_time and other.starts_at < own.starts_at + length


def start(planned: AppointmentPlanned) -> Occurred:
    return Occurred.instant(planned.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointments:
    """All of one case, in the order in which they are first told of."""

    by_id: Mapping[UUID, Appointment] = field(default_factory=dict)

    def __getitem__(self, appointment: UUID) -> Appointment:
        """One of which nothing is known is new."""
        return self.by_id.get(appointment, Appointment())


def evolve(appointments: Appointments, event: AppointmentEvent) -> Appointments:
    before = appointments[event.appointment]
    match event:
        case AppointmentPlanned():
            after = replace(before, planned=event)
        case AppointmentConfirmed(participant=participant):
            after = replace(before, confirmations={**before.confirmations, participant: event})
        case AppointmentCancelled():
            after = replace(before, cancelled=event)
        case AppointmentHeld():
            after = replace(before, held=event)
        case _:
            assert_never(event)
    return Appointments(by_id={**appointments.by_id, event.appointment: after})


def shown(appointment: Appointment) -> dict[str, Any]:
    """What both rows and answers say of one; nothing of one that was not planned yet."""
    planned, cancelled, held = appointment.planned, appointment.cancelled, appointment.held
    if planned is None:
        return {}
    return {
        "kind": planned.kind,
        "case_manager": planned.case_manager,
        "starts_at": planned.starts_at,
        "time_zone": planned.time_zone,
        "minutes": planned.minutes,
        "participants": list(planned.participants),
        "must_confirm": list(planned.must_confirm),
        "confirmed_by": sorted(appointment.confirmed_by),
        "status": str(appointment.status),
        "cancelled_by": cancelled.by if cancelled else None,
        "notice_hours": cancelled.notice_hours if cancelled else None,
        "attended": held.attended if held else None,
    }
