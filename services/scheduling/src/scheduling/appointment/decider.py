"""When an appointment may be planned, confirmed, called off and held."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import Occurred
from scheduling.appointment.events import (
    CODEC,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentEvent,
    AppointmentHeld,
    AppointmentPlanned,
)
from scheduling.appointment.state import Appointment, Appointments, Status, evolve, start

WITHDRAWAL = "consent-withdrawn"
"""By what it is cancelled where a consent was withdrawn: no programme declares that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAppointment:
    """`stopped`: a consent is withdrawn on which appointments rest; `team`: who is in it."""

    planned: AppointmentPlanned
    stopped: bool
    team: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAppointment:
    appointment: UUID
    participant: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAppointment:
    appointment: UUID
    by: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAppointment:
    """It was held; `attended`: whether the case manager was there."""

    appointment: UUID
    attended: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAppointments:
    """Cancels all that start at `since` or later, where they are `stopped` still."""

    since: datetime
    stopped: bool
    occurred: Occurred


OfOne = ConfirmAppointment | CancelAppointment | HoldAppointment
AppointmentCommand = PlanAppointment | OfOne | StopAppointments


def decide(command: AppointmentCommand, appointments: Appointments) -> list[AppointmentEvent]:
    match command:
        case PlanAppointment():
            return _plan(command, appointments)
        case StopAppointments():
            return _stop(command, appointments)
        case ConfirmAppointment():
            return _confirm(command, appointments[command.appointment])
        case CancelAppointment():
            return _cancel(command, appointments[command.appointment])
        case HoldAppointment():
            return _hold(command, appointments[command.appointment])
        case _:
            assert_never(command)


def _plan(command: PlanAppointment, appointments: Appointments) -> list[AppointmentEvent]:
    """Somebody's time is looked at within the case only: another case may not be theirs to see."""
    planned = command.planned
    if appointments[planned.appointment].planned:
        return []
    if command.stopped:
        raise Rejected("appointments-stopped", "A consent is withdrawn on which appointments rest.")
    if planned.case_manager not in command.team:
        raise Rejected("not-in-the-team", "The case manager must be in the team of the case.")
    if start(planned).certainly_before(planned.occurred):
        raise Rejected("impossible-order", "The appointment starts before it was planned.")
    if any(other.takes_the_time_of(planned) for other in appointments.by_id.values()):
        raise Rejected("double-booked", "The case manager has another one on this case then.")
    return [planned]


def _confirm(command: ConfirmAppointment, appointment: Appointment) -> list[AppointmentEvent]:
    planned = _standing(command, appointment)
    if command.participant not in planned.participants:
        raise Rejected("not-a-participant", "This participant does not take part in it.")
    known = appointment.confirmations.get(command.participant)
    if known and known.occurred == command.occurred:
        return []
    if known:
        raise already_known("This confirmation", known.occurred)
    return [
        AppointmentConfirmed(
            appointment=command.appointment,
            kind=planned.kind,
            participant=command.participant,
            occurred=command.occurred,
        )
    ]


def _cancel(command: CancelAppointment, appointment: Appointment) -> list[AppointmentEvent]:
    known = appointment.cancelled
    if known and (known.by, known.occurred) == (command.by, command.occurred):
        return []
    planned = _standing(command, appointment)
    if appointment.held:
        raise Rejected("appointment-held", "The appointment was held.")
    return [_cancelled(planned, command.by, command.occurred)]


def _hold(command: HoldAppointment, appointment: Appointment) -> list[AppointmentEvent]:
    planned = _standing(command, appointment)
    if command.occurred.certainly_before(start(planned)):
        raise Rejected("impossible-order", "The appointment had not begun yet.")
    held = AppointmentHeld(
        appointment=command.appointment,
        kind=planned.kind,
        attended=command.attended,
        occurred=command.occurred,
    )
    if appointment.held and appointment.held != held:
        raise Rejected("appointment-held", "Another outcome of this appointment is known already.")
    return [] if appointment.held else [held]


def _stop(command: StopAppointments, appointments: Appointments) -> list[AppointmentEvent]:
    if not command.stopped:
        return []
    standing = (
        each.planned
        for each in appointments.by_id.values()
        if each.status in (Status.PLANNED, Status.CONFIRMED)
    )
    return [
        _cancelled(planned, WITHDRAWAL, command.occurred)
        for planned in standing
        if planned and planned.starts_at >= command.since
    ]


def _standing(command: OfOne, appointment: Appointment) -> AppointmentPlanned:
    """It must be there, not called off, and planned by then."""
    if appointment.planned is None:
        raise Rejected("no-such-appointment", "There is no such appointment on this case.")
    if appointment.cancelled:
        raise Rejected("appointment-cancelled", "The appointment was cancelled.")
    if command.occurred.certainly_before(appointment.planned.occurred):
        raise Rejected("impossible-order", "The appointment was not planned yet.")
    return appointment.planned


def _cancelled(planned: AppointmentPlanned, by: str, occurred: Occurred) -> AppointmentCancelled:
    """Who calls it off on the way, or once it should have begun, gives no hour's notice."""
    notice = planned.starts_at - occurred.end if occurred.end else None
    return AppointmentCancelled(
        appointment=planned.appointment,
        kind=planned.kind,
        by=by,
        notice_hours=None if notice is None else max(0, notice // timedelta(hours=1)),
        occurred=occurred,
    )


appointment_decider = Decider(Appointments(), decide, evolve)
APPOINTMENT = StreamType("appointment", appointment_decider, CODEC)
