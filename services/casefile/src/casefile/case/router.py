"""HTTP for cases: who works on them, how they go on and end, and the case as a whole."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from casefile.case.answer import CaseAnswer, case_answer
from casefile.case.body import (
    CaseManagerBody,
    ClosingBody,
    ConditionBody,
    FirstContactBody,
    HeavyMarkBody,
    HeavyMarkRemovalBody,
    IntensityBody,
    RegionBody,
    ReopeningBody,
)
from casefile.case.decider import CASE, AssignCaseManager, CloseCase, ReopenCase
from casefile.case.events import (
    CaseManagerReleased,
    ClientConditionChanged,
    ClientRegionRecorded,
    FirstContactMade,
    FirstVisitMade,
    HeavyMarkRemoved,
    HeavyMarkSet,
    IntensityChanged,
    WindingDownStarted,
)
from casefile.consent.decider import CONTACT_DATA, has_ended
from casefile.needs.decider import NEEDS
from casefile.parts import TheProgrammes
from casefile.views.cases import CASES
from events.commands import History
from events.sql import Row
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.contact import ContactAnswer
from kit.endpoints import adds, changes, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class ListedCase(Answer):
    id: UUID
    programme: str
    status: str
    case_managers: list[UUID]
    contacted: bool


@router.get("", summary="Cases, now or at another time")
async def list_cases(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("case:read")],
    views: TheLists,
    status: Annotated[
        Literal["open", "closed"] | None, Query(description="Only those with this status.")
    ] = None,
) -> Listed[ListedCase]:
    """A case manager gets the cases that he or she holds."""
    wanted = [CASES.table.c.status == status] if status else []
    return await views.page(CASES, call, at, page, _listed, *wanted)


def _listed(row: Row) -> ListedCase:
    return ListedCase(
        id=row["key"],
        programme=row["programme"],
        status=row["status"],
        case_managers=row["team"],
        contacted=row["contacted"],
    )


@router.get("/{case_id}", summary="A case as a whole, now or at another time")
async def read_case(
    case_id: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("case:read")],
    programmes: TheProgrammes,
) -> CaseAnswer:
    known = await call.read(case_id, at)
    return case_answer(case_id, known, programmes.of(known))


@router.get("/{case_id}/contact-data", summary="How to reach the client")
async def read_contact_data(
    case_id: UUID,
    call: Annotated[Call, reads("contact-data:read")],
    vault: TheVault,
) -> ContactAnswer:
    shut = await call.edge.shut(case_id)
    known = await call.read(case_id)
    contact = CASE.state(known, case_id).contact
    if contact is None or shut or has_ended(CONTACT_DATA, known, case_id):
        raise not_found()
    return ContactAnswer.of(await vault.open(case_id, contact))


@router.post("/{case_id}/case-managers", status_code=201, summary="Assign a case manager")
async def assign_case_manager(
    case_id: UUID,
    body: CaseManagerBody,
    call: Annotated[Call, adds("case:assign")],
    programmes: TheProgrammes,
) -> Written:
    """The programme says how many may hold a role at the same time."""

    def assign(history: History) -> AssignCaseManager:
        role = programmes.of(history).team_role(body.role)
        return AssignCaseManager(
            case_manager=body.case_manager,
            role=body.role,
            most=role.most if role else None,
            occurred=body.occurred_at,
        )

    return await call.execute(CASE, case_id, assign, told=body)


@router.post("/{case_id}/case-managers/{case_manager}/releases", summary="Release a case manager")
async def release_case_manager(
    case_id: UUID,
    case_manager: UUID,
    body: Fact,
    call: Annotated[Call, changes("case:assign")],
) -> Written:
    told = CaseManagerReleased(case_manager=case_manager, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told)


@router.post("/{case_id}/first-contacts", status_code=201, summary="Record the first contact")
async def make_first_contact(
    case_id: UUID, body: FirstContactBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    told = FirstContactMade(channel=body.channel, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post("/{case_id}/first-visits", status_code=201, summary="Record the first visit")
async def make_first_visit(
    case_id: UUID, body: Fact, call: Annotated[Call, adds("case:work")]
) -> Written:
    return await call.execute(CASE, case_id, FirstVisitMade(occurred=body.occurred_at))


@router.post("/{case_id}/intensities", status_code=201, summary="Change how intensive support is")
async def change_intensity(
    case_id: UUID, body: IntensityBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    told = IntensityChanged(level=body.level, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post("/{case_id}/conditions", status_code=201, summary="Record how the client is")
async def change_condition(
    case_id: UUID, body: ConditionBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    told = ClientConditionChanged(condition=body.condition, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post("/{case_id}/regions", status_code=201, summary="Record where the client lives")
async def record_region(
    case_id: UUID, body: RegionBody, call: Annotated[Call, adds("region:record")]
) -> Written:
    """From the day on which it is so: a client who moves lives elsewhere from then on."""
    told = ClientRegionRecorded(region=body.region, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post("/{case_id}/heavy-marks", status_code=201, summary="Mark a case as heavy")
async def mark_heavy(
    case_id: UUID, body: HeavyMarkBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    """Beside what the programme says marks it by itself."""
    told = HeavyMarkSet(reason=body.reason, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post(
    "/{case_id}/heavy-mark-removals", status_code=201, summary="Take the mark of heaviness away"
)
async def remove_heavy_mark(
    case_id: UUID, body: HeavyMarkRemovalBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    """Whatever had marked the case; what happens later may mark it again."""
    told = HeavyMarkRemoved(reason=body.reason, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, told, told=body)


@router.post("/{case_id}/winding-downs", status_code=201, summary="Begin to withdraw support")
async def start_winding_down(
    case_id: UUID, body: Fact, call: Annotated[Call, adds("case:work")]
) -> Written:
    return await call.execute(CASE, case_id, WindingDownStarted(occurred=body.occurred_at))


@router.post("/{case_id}/closings", summary="Close a case")
async def close_case(
    case_id: UUID,
    body: ClosingBody,
    call: Annotated[Call, changes("case:close")],
    programmes: TheProgrammes,
) -> Written:
    """Needs that are open do not hinder it: they are listed with the closing."""

    def close(history: History) -> CloseCase:
        return CloseCase(
            reason=body.reason,
            checklist=body.answered(programmes.of(history)),
            open_needs=NEEDS.state(history, NEEDS.beside(case_id)).open_fields(),
            occurred=body.occurred_at,
        )

    return await call.execute(CASE, case_id, close, told=body)


@router.post("/{case_id}/reopenings", summary="Reopen a closed case")
async def reopen_case(
    case_id: UUID, body: ReopeningBody, call: Annotated[Call, changes("case:reopen")]
) -> Written:
    """Another spell begins, without a team: who works on it is to be assigned."""
    command = ReopenCase(reason=body.reason, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, command, told=body)
