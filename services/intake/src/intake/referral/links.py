"""HTTP for links between referrals: what the desk found of those that look alike."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from events.decider import Invalid
from intake.referral.decider import REFERRAL, Status
from intake.referral.events import ReferralLinked, ReferralUnlinked
from intake.referral.writing import write
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter(prefix="/v1/referrals/{case_id}", tags=["referrals"])


class LinkBody(Fact):
    """`other` is the id of another referral."""

    other: UUID


@router.post("/links", status_code=201, summary="Say that another referral is of the same")
async def link_referral(
    case_id: UUID, body: LinkBody, call: Annotated[Call, adds("referral:link")]
) -> Written:
    """The same person, for the same reason; both stay what they are."""
    await _require_other(case_id, body.other, call)
    return await write(call, case_id, ReferralLinked(other=body.other, occurred=body.occurred_at))


@router.post("/link-withdrawals", status_code=201, summary="Take back what was said of another")
async def unlink_referral(
    case_id: UUID, body: LinkBody, call: Annotated[Call, adds("referral:link")]
) -> Written:
    return await write(call, case_id, ReferralUnlinked(other=body.other, occurred=body.occurred_at))


async def _require_other(case_id: UUID, other: UUID, call: Call) -> None:
    history = await call.found(other)
    known = REFERRAL.state(history, REFERRAL.beside(other)).status is not Status.NEW
    if other == case_id or not known:
        raise Invalid([("other", "must be another referral")])
