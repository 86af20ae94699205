"""HTTP for the consent of who came without an offer: given again with newer data, or taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from intake.contact import GivenConsentBody
from intake.parts import TheSafe
from intake.referral.events import ReferralConsentGiven, ReferralConsentWithdrawn
from intake.referral.writing import write
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter(prefix="/v1/referrals/{case_id}", tags=["referrals"])


@router.post("/contact-consents", status_code=201, summary="Consent to pass on contact data")
async def give_consent(
    case_id: UUID,
    body: GivenConsentBody,
    call: Annotated[Call, adds("referral:consent")],
    safe: TheSafe,
) -> Written:
    """Of who was offered support it is recorded with the offer, not here."""
    kept = await safe.keep(call, case_id, None, body.contact)
    told = ReferralConsentGiven(
        form=body.consent.form, contact=kept.contact, occurred=body.occurred_at
    )
    return await write(call, case_id, told, told=body, vault=kept.sealed)


@router.post(
    "/consent-withdrawals", status_code=201, summary="Take back the consent to pass on contact data"
)
async def withdraw_consent(
    case_id: UUID, body: Fact, call: Annotated[Call, adds("referral:consent")]
) -> Written:
    return await write(call, case_id, ReferralConsentWithdrawn(occurred=body.occurred_at))
