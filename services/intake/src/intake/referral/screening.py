"""HTTP for screening referrals by the criteria in force, with reasons, and for taking them back."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from events.commands import History
from events.contracts.contract import Code, Known
from events.decider import Invalid
from events.occurrence import civil_day
from intake.codec import explanations
from intake.explanation import ExplainedFact, ExplanationAnswer
from intake.parts import TheProgrammes, TheSafe
from intake.referral.commands import AcceptReferral, ScreenOutReferral
from intake.referral.decider import REFERRAL
from intake.referral.events import Led, ReferralWithdrawn
from intake.referral.led import led_by
from intake.referral.writing import write
from intake.safe import Kept
from kit.bodies import Body, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.criteria import CriteriaVersion
from programmes.term import codes

router = APIRouter(prefix="/v1/referrals/{case_id}", tags=["referrals"])


class AssessmentBody(Body):
    criterion: Code
    outcome: Known


class ScreeningBody(ExplainedFact):
    """Every criterion in force is assessed once; a reason goes with screening out.

    What only other versions ask may be assessed beside and decides nothing: it tells whom they
    would have admitted. With the reason goes an `explanation` in people's own words, if any.
    """

    assessments: Annotated[tuple[AssessmentBody, ...], Field(max_length=50)]
    decision: Literal["accepted", "screened-out"]
    reason: Annotated[Code | None, Vocabulary("screening_out_reasons")] = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if (self.decision == "screened-out") != (self.reason is not None):
            raise ValueError("a reason is given when, and only when, the referral is screened out")
        if self.explanation and self.reason is None:
            raise ValueError("an explanation is that of a reason")
        return self

    def outcomes(self) -> dict[str, Known]:
        return {a.criterion: a.outcome for a in self.assessments}


class WithdrawalBody(ExplainedFact):
    reason: Annotated[Code, Vocabulary("withdrawal_reasons")]


@router.post("/screenings", status_code=201, summary="Screen a referral")
async def screen_referral(
    case_id: UUID,
    body: ScreeningBody,
    call: Annotated[Call, adds("referral:screen")],
    programmes: TheProgrammes,
    safe: TheSafe,
) -> Written:
    """Judged by the criteria in force on the day of the referral, whenever the case began."""
    kept = await safe.keep(call, case_id, body.explanation)

    def command(history: History) -> AcceptReferral | ScreenOutReferral:
        referral = REFERRAL.state(history, REFERRAL.beside(case_id))
        day = civil_day(referral.made.at or call.now)
        definition = programmes.judging(programmes.of(history).code, day)
        criteria = definition.criteria_on(day)
        _require_assessed(body.assessments, codes(criteria.criteria), definition.assessable())
        led = led_by(history, case_id)
        return _screening(body, criteria, kept, led)

    return await write(call, case_id, command, told=body, vault=kept.sealed)


@router.post(
    "/withdrawals", status_code=201, summary="Take a referral back before it is decided on"
)
async def withdraw_referral(
    case_id: UUID,
    body: WithdrawalBody,
    call: Annotated[Call, adds("referral:withdraw")],
    safe: TheSafe,
) -> Written:
    kept = await safe.keep(call, case_id, body.explanation)
    told = ReferralWithdrawn(
        reason=body.reason, explanation=kept.explanation, occurred=body.occurred_at
    )
    return await write(call, case_id, told, told=body, vault=kept.sealed)


@router.get("/explanations/{explanation}", summary="What was said in people's own words")
async def read_explanation(
    case_id: UUID,
    explanation: UUID,
    call: Annotated[Call, reads("screening:read")],
    safe: TheSafe,
) -> ExplanationAnswer:
    known = await call.read(case_id)
    if explanation not in explanations(known, REFERRAL.beside(case_id)):
        raise not_found()
    text = await safe.explanation(case_id, explanation)
    return ExplanationAnswer(id=explanation, text=text)


def _require_assessed(
    assessments: Sequence[AssessmentBody], needed: frozenset[str], known: frozenset[str]
) -> None:
    told = [each.criterion for each in assessments]
    if len(told) == len(set(told)) and needed <= set(told) <= known:
        return
    each, others = (", ".join(sorted(some)) for some in (needed, known - needed))
    may = f"; these may be assessed too: {others}" if others else ""
    raise Invalid([("assessments", f"must assess each of these once: {each}{may}")])


def _screening(
    body: ScreeningBody, criteria: CriteriaVersion, kept: Kept, led: Led
) -> AcceptReferral | ScreenOutReferral:
    outcomes = body.outcomes()
    if body.reason is None:
        return AcceptReferral(
            outcomes=outcomes,
            fits=criteria.accepts(outcomes),
            criteria_version=criteria.version,
            led=led,
            occurred=body.occurred_at,
        )
    return ScreenOutReferral(
        outcomes=outcomes,
        reason=body.reason,
        explanation=kept.explanation,
        criteria_version=criteria.version,
        occurred=body.occurred_at,
    )
