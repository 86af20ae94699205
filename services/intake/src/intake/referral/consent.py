"""HTTP for the consent of who came without an offer: given again with newer data, or taken back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from intake.contact import ConsentBody, ContactBody
from intake.parts import TheSafe
from intake.referral.decider import REFERRAL
from intake.referral.events import ReferralConsentGiven, ReferralConsentWithdrawn
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter(prefix="/v1/referrals/{case_id}", tags=["referrals"])


class GivenConsentBody(Fact):
    """Leave to pass on these contact data."""

    consent: ConsentBody
    contact: ContactBody


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
    return await call.execute(
        REFERRAL,
        case_id,
        told,
        told=body,
        stream=REFERRAL.beside(case_id),
        vault=kept.sealed,
        location=f"/v1/referrals/{case_id}",
    )


@router.post(
    "/consent-withdrawals", status_code=201, summary="Take back the consent to pass on contact data"
)
async def withdraw_consent(
    case_id: UUID, body: Fact, call: Annotated[Call, adds("referral:consent")]
) -> Written:
    return await call.execute(
        REFERRAL,
        case_id,
        ReferralConsentWithdrawn(occurred=body.occurred_at),
        stream=REFERRAL.beside(case_id),
        location=f"/v1/referrals/{case_id}",
    )
