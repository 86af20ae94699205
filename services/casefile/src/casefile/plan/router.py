"""HTTP for agreements: making them, and how they changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.parts import TheProgrammes
from casefile.plan.answer import AgreementAnswer, agreement_answers
from casefile.plan.decider import PLAN
from casefile.plan.events import AgreementMade
from casefile.telling import tell
from casefile.words import Words, WordsAnswer, opened, sealed
from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid, unlisted
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.model import Definition
from programmes.term import codes

router = APIRouter(prefix="/v1/cases/{case_id}/agreements", tags=["agreements"])


class AgreementBody(Fact):
    """`value` where the kind has a vocabulary in the programme, `words` where it has none."""

    kind: Annotated[Code, Vocabulary("agreements")]
    value: Code | None = None
    words: Words | None = None

    def require_fitting(self, definition: Definition) -> None:
        """Raises Invalid; an unknown kind is found elsewhere."""
        kind = next((kind for kind in definition.agreements if kind.code == self.kind), None)
        if kind is None:
            return
        known = definition.terms(kind.vocabulary) if kind.vocabulary else None
        if known is None and self.value is not None:
            raise Invalid([("value", "has no place in this kind, which takes words")])
        if known is None and self.words is None:
            raise Invalid([("words", "is needed, since this kind has no codes")])
        if known is not None and (wrong := unlisted(self.value or "", codes(known))):
            raise Invalid([("value", wrong)])


@router.post("", status_code=201, summary="Record an agreement with the client")
async def make_agreement(
    case_id: UUID,
    body: AgreementBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    """It takes the place of the last of its kind, which stays readable."""
    agreement, record = uuid7(), uuid7()

    def made(history: History) -> AgreementMade:
        body.require_fitting(programmes.of(history))
        return AgreementMade(
            agreement=agreement,
            kind=body.kind,
            value=body.value,
            words=record if body.words else None,
            occurred=body.occurred_at,
        )

    return await tell(
        call,
        PLAN,
        case_id,
        made,
        f"/agreements/{agreement}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.words),
    )


@router.get("", summary="What is agreed on with the client, now or at another time")
async def read_agreements(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> list[AgreementAnswer]:
    stream = PLAN.beside(case_id)
    return agreement_answers(PLAN.decided(await call.read(case_id, at, stream=stream), stream))


@router.get("/{agreement}/words", summary="What was agreed on, as it was written down")
async def read_agreement_words(
    case_id: UUID, agreement: UUID, call: Annotated[Call, reads("words:read")], vault: TheVault
) -> WordsAnswer:
    stream = PLAN.beside(case_id)
    plan = PLAN.state(await call.read(case_id, stream=stream), stream)
    record = next((told.words for told in plan.told if told.agreement == agreement), None)
    if record is None:
        raise not_found()
    return await opened(vault, case_id, record)
