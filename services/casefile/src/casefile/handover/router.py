"""HTTP for handovers: offering one, and the receipt of whoever takes over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.handover.answer import HandoverAnswer, handover_answers
from casefile.handover.decider import HANDOVER, AcknowledgeHandover
from casefile.handover.events import HandoverOffered
from casefile.telling import tell
from casefile.whose import whose
from casefile.words import Words, WordsAnswer, opened, sealed
from events.commands import History
from events.contracts.contract import Code
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases/{case_id}/handovers", tags=["handovers"])


class HandoverBody(Fact):
    """`giver` is by default the caller; a team lead names whose work it was."""

    receiver: UUID
    reason: Annotated[Code, Vocabulary("handover_reasons")]
    giver: UUID | None = None
    words: Words | None = None


@router.post("", status_code=201, summary="Offer a handover to somebody in the team")
async def offer_handover(
    case_id: UUID, body: HandoverBody, call: Annotated[Call, adds("case:work")], vault: TheVault
) -> Written:
    handover, record = uuid7(), uuid7()

    def offered(_history: History) -> HandoverOffered:
        return HandoverOffered(
            handover=handover,
            giver=whose(call, "giver", body.giver),
            receiver=body.receiver,
            reason=body.reason,
            words=record if body.words else None,
            occurred=body.occurred_at,
        )

    return await tell(
        call,
        HANDOVER,
        case_id,
        offered,
        f"/handovers/{handover}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.words),
    )


@router.post(
    "/{handover}/acknowledgements", status_code=201, summary="Acknowledge that the file was read"
)
async def acknowledge_handover(
    case_id: UUID, handover: UUID, body: Fact, call: Annotated[Call, adds("case:work")]
) -> Written:
    """The receiver alone can."""
    command = AcknowledgeHandover(
        handover=handover, by=call.principal.person, occurred=body.occurred_at
    )
    return await tell(call, HANDOVER, case_id, command, f"/handovers/{handover}")


@router.get("", summary="The handovers of a case, now or at another time")
async def read_handovers(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> list[HandoverAnswer]:
    stream = HANDOVER.beside(case_id)
    return handover_answers(HANDOVER.state(await call.read(case_id, at, stream=stream), stream))


@router.get("/{handover}/words", summary="What the receiver has to know")
async def read_handover_words(
    case_id: UUID, handover: UUID, call: Annotated[Call, reads("words:read")], vault: TheVault
) -> WordsAnswer:
    stream = HANDOVER.beside(case_id)
    told = HANDOVER.state(await call.read(case_id, stream=stream), stream).offered.get(handover)
    if told is None or told.words is None:
        raise not_found()
    return await opened(vault, case_id, told.words)
