"""HTTP for offers: each attempt, or why there is none, its answers, and consent to refer."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from events.commands import History
from events.contracts.contract import Code, Known
from intake.codec import CODEC
from intake.contact import ConsentBody, GivenConsentBody
from intake.explanation import ExplainedFact
from intake.offer.commands import (
    AcceptOffer,
    Attempts,
    Consent,
    DeclineOffer,
    GiveConsent,
    MakeOffer,
    NoteNoResponse,
)
from intake.offer.decider import OFFER
from intake.offer.events import (
    ContactConsentWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferWithheld,
)
from intake.parts import TheProgrammes, TheSafe
from intake.referral.decider import REFERRAL
from intake.referral.decider import Status as ReferralStatus
from intake.told import told_to
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.contact import ContactBody
from kit.endpoints import adds
from kit.vocabularies import Vocabulary
from programmes.loader import Programmes

router = APIRouter(prefix="/v1/candidates/{candidate}", tags=["offers"])

ANSWERS = (OfferAccepted, OfferDeclined)
"""Those that have reasons."""
Reasons = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class OfferBody(Fact):
    """`recipient`: whom it was told; `route`: who makes the offer, null where that was not told.

    `wording`: which version of the programme's text for offers was used.
    """

    channel: Annotated[Code, Vocabulary("offer.channels")]
    by_function: Annotated[Code, Vocabulary("offer.functions")]
    leaflet: Known = "unknown"
    recipient: Annotated[Code, Vocabulary("offer.recipients")] = "unknown"
    route: Annotated[Code | None, Vocabulary("offer.routes")] = None
    wording: Annotated[Code, Vocabulary("offer.wordings")] = "unknown"


class WithholdingBody(ExplainedFact):
    reason: Annotated[Code, Vocabulary("offer.withhold_reasons")]


class AcceptanceBody(ExplainedFact):
    """Contact data come with the consent to pass them on, and only with it."""

    reasons: Annotated[Reasons, Vocabulary("offer.accept_reasons")]
    consent: ConsentBody | None = None
    contact: ContactBody | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.consent is None) != (self.contact is None):
            raise ValueError("consent and contact come together or not at all")
        return self


class DeclineBody(ExplainedFact):
    """`final`: the candidate asked not to be asked again."""

    reasons: Annotated[Reasons, Vocabulary("offer.decline_reasons")]
    final: Annotated[bool, Field(strict=True)] = False


@router.post("/offers", status_code=201, summary="Offer, or offer again")
async def make_offer(
    candidate: UUID,
    body: OfferBody,
    call: Annotated[Call, adds("offer:make")],
    programmes: TheProgrammes,
) -> Written:
    """As often as the programme allows; on some routes it is only asked whether to refer."""

    def command(history: History) -> MakeOffer:
        policy = programmes.of(history).offer
        return MakeOffer(
            **body.model_dump(exclude={"occurred_at"}),
            forwards=policy.forwards(body.route),
            most=policy.attempts.most,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, told=body)


@router.post("/withholdings", status_code=201, summary="Do not offer")
async def withhold_offer(
    candidate: UUID, body: WithholdingBody, call: Annotated[Call, adds("offer:make")], safe: TheSafe
) -> Written:
    kept = await safe.keep(call, candidate, body.explanation)
    told = OfferWithheld(
        reason=body.reason, explanation=kept.explanation, occurred=body.occurred_at
    )
    return await call.execute(OFFER, candidate, told, told=body, vault=kept.sealed)


@router.post("/acceptances", status_code=201, summary="Record a yes")
async def accept_offer(
    candidate: UUID,
    body: AcceptanceBody,
    call: Annotated[Call, adds("offer:answer")],
    safe: TheSafe,
) -> Written:
    kept = await safe.keep(call, candidate, body.explanation, body.contact)

    def command(history: History) -> AcceptOffer:
        return AcceptOffer(
            reasons=body.reasons,
            consent=_consent(body.consent, kept.contact),
            by_programme=_by_programme(call),
            heard=_heard(call, history),
            explanation=kept.explanation,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, told=body, vault=kept.sealed)


@router.post("/declines", status_code=201, summary="Record a no")
async def decline_offer(
    candidate: UUID,
    body: DeclineBody,
    call: Annotated[Call, adds("offer:answer")],
    programmes: TheProgrammes,
    safe: TheSafe,
) -> Written:
    """It is offered again as the programme says, unless the no is the candidate's last word."""
    kept = await safe.keep(call, candidate, body.explanation)

    def command(history: History) -> DeclineOffer:
        return DeclineOffer(
            reasons=body.reasons,
            referred=_referred(history, candidate),
            by_programme=_by_programme(call),
            heard=_heard(call, history),
            final=body.final,
            attempts=_policy(programmes, history, call),
            explanation=kept.explanation,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, told=body, vault=kept.sealed)


@router.post("/non-responses", status_code=201, summary="No answer came")
async def note_no_response(
    candidate: UUID,
    body: ExplainedFact,
    call: Annotated[Call, adds("offer:answer")],
    programmes: TheProgrammes,
    safe: TheSafe,
) -> Written:
    kept = await safe.keep(call, candidate, body.explanation)

    def command(history: History) -> NoteNoResponse:
        return NoteNoResponse(
            referred=_referred(history, candidate),
            by_programme=_by_programme(call),
            attempts=_policy(programmes, history, call),
            explanation=kept.explanation,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, vault=kept.sealed)


@router.post("/contact-consents", status_code=201, summary="Consent to pass on contact data")
async def give_consent(
    candidate: UUID,
    body: GivenConsentBody,
    call: Annotated[Call, adds("offer:answer")],
    safe: TheSafe,
) -> Written:
    """Where whoever gets the referral will offer, or after a yes, and again with newer data."""
    kept = await safe.keep(call, candidate, None, body.contact)
    consent = Consent(form=body.consent.form, contact=kept.contact)
    command = GiveConsent(consent=consent, occurred=body.occurred_at)
    return await call.execute(OFFER, candidate, command, told=body, vault=kept.sealed)


@router.post(
    "/consent-withdrawals", status_code=201, summary="Take back the consent to pass on contact data"
)
async def withdraw_consent(
    candidate: UUID, body: Fact, call: Annotated[Call, adds("offer:answer")]
) -> Written:
    return await call.execute(OFFER, candidate, ContactConsentWithdrawn(occurred=body.occurred_at))


def _by_programme(call: Call) -> bool:
    """Whether the caller records for the programme what is answered to it."""
    return call.may("forwarded-offer:answer")


def _heard(call: Call, history: History) -> bool:
    """Nobody is to find out by guessing what others were told."""
    answers = [r for r in history if isinstance(CODEC.decode(r).event, ANSWERS)]
    return not answers or told_to(call)(answers[-1])


def _referred(history: History, candidate: UUID) -> bool:
    referral = REFERRAL.state(history, REFERRAL.beside(candidate))
    return referral.status is not ReferralStatus.NEW


def _consent(given: ConsentBody | None, contact: UUID) -> Consent | None:
    return Consent(form=given.form, contact=contact) if given else None


def _policy(programmes: Programmes, history: History, call: Call) -> Attempts:
    policy = programmes.of(history).offer.attempts
    return Attempts(most=policy.most, again_after_days=policy.again_after_days, told_on=call.today)
