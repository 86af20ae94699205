"""HTTP for appointments: planning, confirming, calling off, holding and reading them."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from uuid_utils.compat import uuid7

from events.commands import Gather, History
from events.occurrence import end_of_day, start_of_day
from events.sql import Row
from kit.bodies import Body, CivilDay, Written
from kit.calls import Call
from kit.endpoints import adds, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.problems import not_found
from scheduling.appointment.answer import AppointmentAnswer, appointment_answer
from scheduling.appointment.body import CancelBody, ConfirmBody, HeldBody, PlanBody
from scheduling.appointment.decider import (
    APPOINTMENT,
    AppointmentCommand,
    CancelAppointment,
    ConfirmAppointment,
    HoldAppointment,
    PlanAppointment,
)
from scheduling.consent import decider as consents
from scheduling.parts import TheProgrammes
from scheduling.team.decider import team_of
from scheduling.views.appointments import APPOINTMENTS

router = APIRouter(tags=["appointments"])
OF_CASE = "/v1/cases/{case_id}/appointments"
Plans = Annotated[Call, adds("appointment:plan")]


@router.post(OF_CASE, status_code=201, summary="Plan an appointment")
async def plan_appointment(
    case_id: UUID, body: PlanBody, call: Plans, programmes: TheProgrammes
) -> Written:
    """To move one, call it off and plan another."""
    appointment = uuid7()

    def plan(history: History) -> PlanAppointment:
        return PlanAppointment(
            planned=body.planned(appointment, call, programmes.of(history)),
            stopped=consents.has_stopped(consents.APPOINTMENTS, history, case_id),
            team=team_of(history, case_id),
        )

    looks_at = [consents.CONSENT.beside(case_id)]
    return await _tell(call, case_id, appointment, plan, body, looks_at=looks_at)


@router.post(
    OF_CASE + "/{appointment}/confirmations", status_code=201, summary="A participant confirms"
)
async def confirm_appointment(
    case_id: UUID, appointment: UUID, body: ConfirmBody, call: Plans
) -> Written:
    command = ConfirmAppointment(
        appointment=appointment, participant=body.participant, occurred=body.occurred_at
    )
    return await _tell(call, case_id, appointment, command, body)


@router.post(
    OF_CASE + "/{appointment}/cancellations", status_code=201, summary="Call an appointment off"
)
async def cancel_appointment(
    case_id: UUID, appointment: UUID, body: CancelBody, call: Plans
) -> Written:
    command = CancelAppointment(appointment=appointment, by=body.by, occurred=body.occurred_at)
    return await _tell(call, case_id, appointment, command, body)


@router.post(
    OF_CASE + "/{appointment}/meetings", status_code=201, summary="Tell that it took place"
)
async def hold_appointment(
    case_id: UUID, appointment: UUID, body: HeldBody, call: Plans
) -> Written:
    command = HoldAppointment(
        appointment=appointment, attended=body.attended, occurred=body.occurred_at
    )
    return await _tell(call, case_id, appointment, command, body)


async def _tell(
    call: Call,
    case_id: UUID,
    appointment: UUID,
    command: AppointmentCommand | Gather[AppointmentCommand],
    told: Body,
    *,
    looks_at: Sequence[UUID] = (),
) -> Written:
    return await call.execute(
        APPOINTMENT,
        case_id,
        command,
        told=told,
        stream=APPOINTMENT.beside(case_id),
        looks_at=looks_at,
        location=f"/v1/cases/{case_id}/appointments/{appointment}",
    )


@router.get("/v1/appointments", summary="Appointments, now or at another time")
async def list_appointments(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("appointment:read")],
    views: TheLists,
    status: Annotated[
        Literal["planned", "confirmed", "cancelled", "held"] | None,
        Query(description="Only those with this status."),
    ] = None,
    case_manager: Annotated[
        UUID | None, Query(alias="caseManager", description="Only those of this case manager.")
    ] = None,
    starts_from: Annotated[
        CivilDay | None, Query(alias="startsFrom", description="Only from this day on.")
    ] = None,
    starts_until: Annotated[
        CivilDay | None, Query(alias="startsUntil", description="Only up to this day, it included.")
    ] = None,
) -> Listed[AppointmentAnswer]:
    """A case manager gets those of the cases that he or she holds; both days are included."""
    columns = APPOINTMENTS.table.c
    wanted = [
        *([columns.status == status] if status else []),
        *([columns.case_manager == case_manager] if case_manager else []),
        *([columns.starts_at >= start_of_day(starts_from)] if starts_from else []),
        *([columns.starts_at < end_of_day(starts_until)] if starts_until else []),
    ]
    return await views.page(APPOINTMENTS, call, at, page, _listed, *wanted, by="appointment")


_SHOWN = AppointmentAnswer.model_fields.keys() - {"id", "case_id"}


def _listed(row: Row) -> AppointmentAnswer:
    told = {field: row[field] for field in _SHOWN}
    return AppointmentAnswer(id=row["appointment"], case_id=row["key"], **told)


@router.get(OF_CASE, summary="All appointments of a case, by their start")
async def read_appointments(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("appointment:read")]
) -> list[AppointmentAnswer]:
    stream = APPOINTMENT.beside(case_id)
    known = APPOINTMENT.state(await call.read(case_id, at, stream=stream), stream)
    planned = ((id_, one) for id_, one in known.by_id.items() if one.planned)
    answers = [appointment_answer(case_id, id_, one) for id_, one in planned]
    return sorted(answers, key=attrgetter("starts_at", "id"))


@router.get(OF_CASE + "/{appointment}", summary="One appointment, now or at another time")
async def read_appointment(
    case_id: UUID,
    appointment: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("appointment:read")],
) -> AppointmentAnswer:
    stream = APPOINTMENT.beside(case_id)
    one = APPOINTMENT.state(await call.read(case_id, at, stream=stream), stream)[appointment]
    if one.planned is None:
        raise not_found()
    return appointment_answer(case_id, appointment, one)
