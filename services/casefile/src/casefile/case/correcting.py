"""HTTP for putting right what happens once in a case: first contact, first visit, closing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from casefile.case.body import (
    ClosingCorrectionBody,
    FirstContactCorrectionBody,
    FirstVisitCorrectionBody,
)
from casefile.case.corrections import CorrectClosing, CorrectFirstContact, CorrectFirstVisit
from casefile.case.decider import CASE
from casefile.case.events import CaseClosed, FirstContactMade, FirstVisitMade
from casefile.codec import CODEC
from casefile.parts import TheProgrammes
from events.commands import History
from kit.bodies import Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"])


@router.post("/first-contacts/corrections", status_code=201, summary="Correct the first contact")
async def correct_first_contact(
    case_id: UUID, body: FirstContactCorrectionBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    """Give all of it as it should have been, with the time at which it took place."""

    def correction(history: History) -> CorrectFirstContact:
        return CorrectFirstContact(
            channel=body.channel,
            corrects=CODEC.last(history, lambda event: isinstance(event, FirstContactMade)),
            occurred=body.occurred_at,
        )

    return await call.execute(CASE, case_id, correction, told=body)


@router.post("/first-visits/corrections", status_code=201, summary="Correct the first visit")
async def correct_first_visit(
    case_id: UUID, body: FirstVisitCorrectionBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    def correction(history: History) -> CorrectFirstVisit:
        return CorrectFirstVisit(
            corrects=CODEC.last(history, lambda event: isinstance(event, FirstVisitMade)),
            occurred=body.occurred_at,
        )

    return await call.execute(CASE, case_id, correction)


@router.post("/closings/{spell}/corrections", status_code=201, summary="Correct a closing")
async def correct_closing(
    case_id: UUID,
    spell: Annotated[int, Path(ge=1, le=1000, description="The spell that it ended.")],
    body: ClosingCorrectionBody,
    call: Annotated[Call, adds("case:close")],
    programmes: TheProgrammes,
) -> Written:
    """Give all of it as it should have been; which needs were open stays as it was told."""

    def told(event: object) -> bool:
        return isinstance(event, CaseClosed) and event.spell == spell

    def correction(history: History) -> CorrectClosing:
        return CorrectClosing(
            spell=spell,
            reason=body.reason,
            checklist=body.answered(programmes.of(history)),
            corrects=CODEC.last(history, told),
            occurred=body.occurred_at,
        )

    return await call.execute(CASE, case_id, correction, told=body)
