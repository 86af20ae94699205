"""HTTP for the date of the origin, learnt late or put right; and which date a referral has."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from events.commands import Gather, History
from events.history import facts
from intake.offer.commands import DateOrigin
from intake.offer.decider import OFFER
from intake.referral.decider import REFERRAL
from intake.referral.writing import write
from kit.bodies import Fact, PastDate, Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter()


class DateBody(Fact):
    """`origin` when it began; `occurredAt`: when that was learnt."""

    origin: PastDate


@router.post(
    "/v1/candidates/{candidate}/origins",
    status_code=201,
    summary="Date the origin, or put its date right",
    tags=["candidates"],
)
async def date_origin(
    candidate: UUID, body: DateBody, call: Annotated[Call, adds("origin:date")]
) -> Written:
    """It holds for the candidate's referral too."""
    return await call.execute(OFFER, candidate, _dating(body))


@router.post(
    "/v1/referrals/{case_id}/origins",
    status_code=201,
    summary="Date the origin of who came without an offer",
    tags=["referrals"],
)
async def date_origin_of_referral(
    case_id: UUID, body: DateBody, call: Annotated[Call, adds("origin:date")]
) -> Written:
    return await write(call, case_id, _dating(body))


def _dating(body: DateBody) -> Gather[DateOrigin]:
    def command(history: History) -> DateOrigin:
        told = tuple(fact.occurred for fact in facts(history))
        return DateOrigin(origin=str(body.origin), told=told, occurred=body.occurred_at)

    return command


def origin_of(known: History, case_id: UUID) -> str | None:
    """What was told last: of a candidate, or of who came without an offer."""
    referral = REFERRAL.decided(known, REFERRAL.beside(case_id))
    return OFFER.decided(known, case_id).origin or referral.origin
