"""HTTP for case managers: how many cases one takes, when one is away, where mail arrives."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from uuid_utils.compat import uuid7

from events.decider import Invalid
from events.sql import Row
from kit.access import Scope
from kit.bodies import Answer, CivilDay, Fact, Written
from kit.calls import Call
from kit.contact import Email
from kit.endpoints import adds, changes, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from scheduling.case_manager.decider import CASE_MANAGER
from scheduling.case_manager.events import (
    AbsenceChanged,
    AbsenceRecorded,
    AbsenceWithdrawn,
    AddressGiven,
    CapacitySet,
)
from scheduling.views.absences import ABSENCES, away_on

router = APIRouter(prefix="/v1", tags=["case managers"])
PATH = "/case-managers/{case_manager}"


class CapacityBody(Fact):
    """How many cases the case manager takes at a time."""

    cases: int = Field(ge=0, le=1000, strict=True)


class AddressBody(Fact):
    email: Email


class AbsenceBody(Fact):
    """Both days are included; without `lastDay` nobody knows yet how long it will be."""

    first_day: CivilDay
    last_day: CivilDay | None = None

    def require_order(self) -> None:
        if self.last_day and self.last_day < self.first_day:
            raise Invalid([("lastDay", "is before the first day")])


class AbsenceAnswer(Answer):
    """`lastDay` is null while nobody knows it."""

    id: UUID
    case_manager: UUID
    first_day: date
    last_day: date | None


class CaseManagerAnswer(Answer):
    """`capacity` is null where nobody said how many cases; `absences` are those that stand."""

    id: UUID
    capacity: int | None
    absences: list[AbsenceAnswer]


@router.post(f"{PATH}/capacities", status_code=201, summary="Set how many cases somebody takes")
async def set_capacity(
    case_manager: UUID, body: CapacityBody, call: Annotated[Call, adds("capacity:set")]
) -> Written:
    told = CapacitySet(case_manager=case_manager, cases=body.cases, occurred=body.occurred_at)
    return await call.execute(
        CASE_MANAGER,
        await _time(call, case_manager),
        told,
        new=_own(case_manager),
        location=_place(case_manager),
    )


@router.post(f"{PATH}/addresses", status_code=201, summary="Give the address of a case manager")
async def give_address(
    case_manager: UUID,
    body: AddressBody,
    call: Annotated[Call, adds("address:give")],
    vault: TheVault,
) -> Written:
    """What is the owner's or the backup's to know of a deadline is mailed there."""
    key, contact = await _time(call, case_manager), uuid7()
    told = AddressGiven(case_manager=case_manager, contact=contact, occurred=body.occurred_at)
    return await call.execute(
        CASE_MANAGER,
        key,
        told,
        new=_own(case_manager),
        vault=await vault.seal(key, contact, {"email": body.email}),
        location=_place(case_manager),
    )


@router.post(f"{PATH}/absences", status_code=201, summary="Record that a case manager is away")
async def record_absence(
    case_manager: UUID, body: AbsenceBody, call: Annotated[Call, adds("absence:record")]
) -> Written:
    """A case manager records the own absence; nobody is asked why."""
    body.require_order()
    told = AbsenceRecorded(
        absence=uuid7(),
        case_manager=case_manager,
        first_day=body.first_day,
        last_day=body.last_day,
        occurred=body.occurred_at,
    )
    return await call.execute(
        CASE_MANAGER,
        await _time(call, case_manager),
        told,
        new=_own(case_manager),
        location=_place(case_manager, told.absence),
    )


@router.post(f"{PATH}/absences/{{absence}}/changes", summary="Change the days of an absence")
async def change_absence(
    case_manager: UUID,
    absence: UUID,
    body: AbsenceBody,
    call: Annotated[Call, changes("absence:record")],
) -> Written:
    """It ends earlier or later, or was not told right."""
    body.require_order()
    told = AbsenceChanged(
        absence=absence,
        case_manager=case_manager,
        first_day=body.first_day,
        last_day=body.last_day,
        occurred=body.occurred_at,
    )
    key = await _time(call, case_manager)
    place = _place(case_manager, absence)
    return await call.execute(CASE_MANAGER, key, told, location=place)


@router.post(f"{PATH}/absences/{{absence}}/withdrawals", summary="Withdraw an absence")
async def withdraw_absence(
    case_manager: UUID,
    absence: UUID,
    body: Fact,
    call: Annotated[Call, changes("absence:record")],
) -> Written:
    told = AbsenceWithdrawn(absence=absence, case_manager=case_manager, occurred=body.occurred_at)
    key = await _time(call, case_manager)
    place = _place(case_manager, absence)
    return await call.execute(CASE_MANAGER, key, told, location=place)


@router.get(PATH, summary="The capacity and the absences of a case manager")
async def read_case_manager(
    case_manager: UUID, at: AtMoment, call: Annotated[Call, reads("case-manager:read")]
) -> CaseManagerAnswer:
    """A case manager reads what is known of him- or herself."""
    key = await _time(call, case_manager)
    state = CASE_MANAGER.decided(await call.read(key, at), key)
    absences = [
        AbsenceAnswer(
            id=id_, case_manager=case_manager, first_day=days.first_day, last_day=days.last_day
        )
        for id_, days in state.absences.items()
    ]
    return CaseManagerAnswer(
        id=case_manager,
        capacity=state.capacity.cases if state.capacity else None,
        absences=sorted(absences, key=lambda absence: absence.first_day),
    )


@router.get("/absences", summary="Who is away, now or at another time")
async def list_absences(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("absence:list")],
    views: TheLists,
    day: Annotated[CivilDay | None, Query(description="Only absences in which it lies.")] = None,
) -> Listed[AbsenceAnswer]:
    """With `day` only the absences in which that day lies."""
    wanted = [away_on(day)] if day else []
    return await views.page(ABSENCES, call, at, page, _listed, *wanted, by="absence")


def _listed(row: Row) -> AbsenceAnswer:
    return AbsenceAnswer(
        id=row["absence"],
        case_manager=row["case_manager"],
        first_day=row["first_day"],
        last_day=row["last_day"],
    )


async def _time(call: Call, case_manager: UUID) -> UUID:
    """The key under which a case manager's time is; one has only the own."""
    key = CASE_MANAGER.beside(case_manager)
    await call.require(_own(case_manager), key)
    return key


def _own(case_manager: UUID) -> Scope:
    return Scope(case_managers=frozenset({case_manager}))


def _place(case_manager: UUID, absence: UUID | None = None) -> str:
    own = f"/v1/case-managers/{case_manager}"
    return f"{own}/absences/{absence}" if absence else own
