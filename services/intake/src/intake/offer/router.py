"""HTTP for candidates: identifying them, offering or not, and recording their answers."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from uuid_utils.compat import uuid7

from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid
from events.sql import Row
from intake.contact import ConsentBody, ContactBody
from intake.offer.decider import (
    OFFER,
    AcceptOffer,
    Consent,
    DeclineOffer,
    MakeOffer,
    NoteNoResponse,
    Status,
)
from intake.offer.events import CandidateIdentified, ContactConsentWithdrawn, OfferWithheld
from intake.organisation.decider import ORGANISATION
from intake.origin import Origin
from intake.parts import TheProgrammes
from intake.referral.decider import REFERRAL
from intake.referral.decider import Status as ReferralStatus
from intake.views.candidates import CANDIDATES
from kit.access import Scope
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.checking import require_in_force

router = APIRouter(tags=["candidates"])

Reasons = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class CandidateBody(Fact):
    """`organisation` is by default the caller's own; `origin` when it began."""

    programme: Code
    organisation: UUID | None = None
    origin: Origin | None = None


class OfferBody(Fact):
    channel: Annotated[Code, Vocabulary("offer.channels")]
    by_function: Annotated[Code, Vocabulary("offer.functions")]


class WithholdingBody(Fact):
    reason: Annotated[Code, Vocabulary("offer.withhold_reasons")]


class AcceptanceBody(Fact):
    """Contact data come with the consent to pass them on, and only with it."""

    reasons: Annotated[Reasons, Vocabulary("offer.accept_reasons")]
    consent: ConsentBody | None = None
    contact: ContactBody | None = None

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.consent is None) != (self.contact is None):
            raise ValueError("consent and contact come together or not at all")
        return self


class DeclineBody(Fact):
    reasons: Annotated[Reasons, Vocabulary("offer.decline_reasons")]


class CandidateAnswer(Answer):
    """`status` is that of the offer; each try is an attempt."""

    id: UUID
    programme: str
    organisation: UUID
    origin: str | None
    status: str
    attempts: int


@router.get("/v1/candidates/{candidate}", summary="A candidate, now or at another time")
async def read_candidate(
    candidate: UUID, at: AtMoment, call: Annotated[Call, reads("candidate:read")]
) -> CandidateAnswer:
    known = await call.read(candidate, at)
    offer = OFFER.state(known, candidate)
    if offer.organisation is None:
        raise not_found()
    return CandidateAnswer(
        id=candidate,
        programme=str(known[0].metadata.programme),
        organisation=offer.organisation,
        origin=offer.origin,
        status=offer.status,
        attempts=offer.attempts,
    )


class ListedCandidate(Answer):
    id: UUID
    programme: str
    organisation: UUID
    status: str
    attempts: int


@router.get("/v1/candidates", summary="Candidates, now or at another time")
async def list_candidates(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("candidate:read")],
    views: TheLists,
    status: Status | None = None,
) -> Listed[ListedCandidate]:
    wanted = [CANDIDATES.table.c.status == status] if status else []
    return await views.page(CANDIDATES, call, at, page, _listed, *wanted)


def _listed(row: Row) -> ListedCandidate:
    return ListedCandidate(
        id=row["key"],
        programme=row["programme"],
        organisation=row["organisation"],
        status=row["status"],
        attempts=row["attempts"],
    )


@router.post("/v1/candidates", status_code=201, summary="Identify a candidate")
async def identify_candidate(
    body: CandidateBody,
    call: Annotated[Call, adds("candidate:identify")],
    programmes: TheProgrammes,
) -> Written:
    definition = require_in_force(programmes, body.programme, call.today)
    organisation = body.organisation or call.principal.organisation
    if organisation is None:
        raise Invalid([("organisation", "is needed, since your token names none")])
    known = ORGANISATION.state(await call.needed(organisation), organisation)

    def command(_history: History) -> CandidateIdentified:
        if known.kind not in definition.organisation_kinds():
            raise Invalid([("organisation", "must be registered as one that refers")])
        return CandidateIdentified(
            organisation=organisation,
            source=known.kind,
            origin=str(body.origin) if body.origin else None,
            occurred=body.occurred_at,
        )

    return await call.execute(
        OFFER,
        uuid7(),
        command,
        new=Scope(organisation=organisation),
        programme=(definition.code, definition.version),
    )


@router.post("/v1/candidates/{candidate}/offers", status_code=201, summary="Offer, or offer again")
async def make_offer(
    candidate: UUID, body: OfferBody, call: Annotated[Call, adds("offer:make")]
) -> Written:
    command = MakeOffer(
        channel=body.channel, by_function=body.by_function, occurred=body.occurred_at
    )
    return await call.execute(OFFER, candidate, command, told=body)


@router.post("/v1/candidates/{candidate}/withholdings", status_code=201, summary="Do not offer")
async def withhold_offer(
    candidate: UUID, body: WithholdingBody, call: Annotated[Call, adds("offer:make")]
) -> Written:
    told = OfferWithheld(reason=body.reason, occurred=body.occurred_at)
    return await call.execute(OFFER, candidate, told, told=body)


@router.post("/v1/candidates/{candidate}/acceptances", status_code=201, summary="Record a yes")
async def accept_offer(
    candidate: UUID,
    body: AcceptanceBody,
    call: Annotated[Call, adds("offer:answer")],
    vault: TheVault,
) -> Written:
    record = uuid7()
    consent = Consent(form=body.consent.form, contact=record) if body.consent else None
    command = AcceptOffer(reasons=body.reasons, consent=consent, occurred=body.occurred_at)
    await call.require(candidate)
    sealed = await vault.seal(candidate, record, body.contact.fields()) if body.contact else ()
    return await call.execute(OFFER, candidate, command, told=body, vault=sealed)


@router.post("/v1/candidates/{candidate}/declines", status_code=201, summary="Record a no")
async def decline_offer(
    candidate: UUID, body: DeclineBody, call: Annotated[Call, adds("offer:answer")]
) -> Written:
    def command(history: History) -> DeclineOffer:
        referral = REFERRAL.state(history, REFERRAL.beside(candidate))
        return DeclineOffer(
            reasons=body.reasons,
            referred=referral.status is not ReferralStatus.NEW,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, told=body)


@router.post("/v1/candidates/{candidate}/non-responses", status_code=201, summary="No answer came")
async def note_no_response(
    candidate: UUID, body: Fact, call: Annotated[Call, adds("offer:answer")]
) -> Written:
    return await call.execute(OFFER, candidate, NoteNoResponse(occurred=body.occurred_at))


@router.post(
    "/v1/candidates/{candidate}/consent-withdrawals",
    status_code=201,
    summary="Take back the consent to pass on contact data",
)
async def withdraw_consent(
    candidate: UUID, body: Fact, call: Annotated[Call, adds("offer:answer")]
) -> Written:
    return await call.execute(OFFER, candidate, ContactConsentWithdrawn(occurred=body.occurred_at))
