"""HTTP for evaluations: recording that one was held and what was said, and reading them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.answers import found
from casefile.evaluation.decider import EVALUATION
from casefile.evaluation.events import CODEC, EvaluationHeld
from casefile.telling import tell
from casefile.words import Words, WordsAnswer, opened, sealed
from events.contracts.contract import Code
from events.store import Json, Recorded
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases/{case_id}/evaluations", tags=["evaluations"])


class EvaluationBody(Fact):
    """`words` say what went well and what did not; they lie in the vault."""

    moment: Annotated[Code, Vocabulary("evaluation_moments")]
    words: Words | None = None


class EvaluationAnswer(Answer):
    """`words` says whether there are any; they are read one by one."""

    id: UUID
    moment: str
    words: bool
    occurred_at: str


@router.post("", status_code=201, summary="Record that an evaluation was held")
async def hold_evaluation(
    case_id: UUID, body: EvaluationBody, call: Annotated[Call, adds("case:work")], vault: TheVault
) -> Written:
    evaluation, record = uuid7(), uuid7()
    told = EvaluationHeld(
        evaluation=evaluation,
        moment=body.moment,
        words=record if body.words else None,
        occurred=body.occurred_at,
    )
    return await tell(
        call,
        EVALUATION,
        case_id,
        told,
        f"/evaluations/{evaluation}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.words),
    )


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


@router.get("/{evaluation}/words", summary="What went well and what did not, as written down")
async def read_evaluation_words(
    case_id: UUID, evaluation: UUID, call: Annotated[Call, reads("words:read")], vault: TheVault
) -> WordsAnswer:
    known = await call.read(case_id, stream=EVALUATION.beside(case_id))
    held = (CODEC.decode(recorded).event for recorded in known if CODEC.reads(recorded.type))
    words = next((event.words for event in held if event.evaluation == evaluation), None)
    if words is None:
        raise not_found()
    return await opened(vault, case_id, words)


def _answer(recorded: Recorded[Json]) -> EvaluationAnswer | None:
    if not CODEC.reads(recorded.type):
        return None
    held = CODEC.decode(recorded).event
    return EvaluationAnswer(
        id=held.evaluation,
        moment=held.moment,
        words=held.words is not None,
        occurred_at=str(held.occurred),
    )
