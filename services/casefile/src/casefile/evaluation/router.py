"""HTTP for evaluations: recording that one was held, and reading them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.answers import found
from casefile.evaluation.decider import EVALUATION
from casefile.evaluation.events import CODEC, EvaluationHeld
from casefile.telling import tell
from events.contracts.contract import Code
from events.store import Json, Recorded
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases/{case_id}/evaluations", tags=["evaluations"])


class EvaluationBody(Fact):
    moment: Annotated[Code, Vocabulary("evaluation_moments")]


class EvaluationAnswer(Answer):
    id: UUID
    moment: str
    occurred_at: str


@router.post("", status_code=201, summary="Record that an evaluation was held")
async def hold_evaluation(
    case_id: UUID, body: EvaluationBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    evaluation = uuid7()
    told = EvaluationHeld(evaluation=evaluation, moment=body.moment, occurred=body.occurred_at)
    return await tell(call, EVALUATION, case_id, told, f"/evaluations/{evaluation}", told=body)


@router.get("", summary="The evaluations on a case, now or at another time")
async def list_evaluations(
    case_id: UUID, at: AtMoment, page: AtPage, call: Annotated[Call, reads("case:read")]
) -> Listed[EvaluationAnswer]:
    """In the order in which they were held."""
    known = await call.read(case_id, at, stream=EVALUATION.beside(case_id))
    return page.of_facts(known, _answer)


@router.get("/{evaluation}", summary="An evaluation, now or at another time")
async def read_evaluation(
    case_id: UUID, evaluation: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> EvaluationAnswer:
    known = await call.read(case_id, at, stream=EVALUATION.beside(case_id))
    return found(known, _answer, evaluation)


def _answer(recorded: Recorded[Json]) -> EvaluationAnswer | None:
    if not CODEC.reads(recorded.type):
        return None
    held = CODEC.decode(recorded).event
    return EvaluationAnswer(id=held.evaluation, moment=held.moment, occurred_at=str(held.occurred))
