"""HTTP for cases: who works on them, the first contact, closing, and the case as a whole."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casefile.case.answer import CaseAnswer, case_answer
from casefile.case.decider import CASE, CloseCase, Status
from casefile.case.events import CaseManagerAssigned, CaseManagerReleased, FirstContactMade
from casefile.consent.decider import CONSENT, CONTACT_DATA
from casefile.parts import TheProgrammes
from casefile.views.cases import CASES
from events.contracts.contract import Code
from events.sql import Row
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, changes, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class CaseManagerBody(Fact):
    case_manager: UUID
    role: Annotated[Code, Vocabulary("team_roles")]


class FirstContactBody(Fact):
    channel: Annotated[Code, Vocabulary("contact_channels")]


class ClosingBody(Fact):
    reason: Annotated[Code, Vocabulary("closing_reasons")]


class ContactDataAnswer(Answer):
    """How to reach the client, as intake passed it on; null where it is not known."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None


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
    status: Status | None = None,
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
) -> ContactDataAnswer:
    known = await call.read(case_id)
    contact = CASE.state(known, case_id).contact
    if contact is None or CONTACT_DATA in CONSENT.state(known, CONSENT.beside(case_id)).stopped:
        raise not_found()
    fields = await vault.open(case_id, contact)
    return ContactDataAnswer(**{f: fields.get(f) for f in ContactDataAnswer.model_fields})


@router.post("/{case_id}/case-managers", status_code=201, summary="Assign a case manager")
async def assign_case_manager(
    case_id: UUID, body: CaseManagerBody, call: Annotated[Call, adds("case:assign")]
) -> Written:
    told = CaseManagerAssigned(
        case_manager=body.case_manager, role=body.role, occurred=body.occurred_at
    )
    return await call.execute(CASE, case_id, told, told=body)


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


@router.post("/{case_id}/closings", summary="Close a case")
async def close_case(
    case_id: UUID, body: ClosingBody, call: Annotated[Call, changes("case:close")]
) -> Written:
    command = CloseCase(reason=body.reason, occurred=body.occurred_at)
    return await call.execute(CASE, case_id, command, told=body)
