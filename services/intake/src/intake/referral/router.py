"""HTTP for referrals: making them, screening them, and the contact data that consent lets pass."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from uuid_utils.compat import uuid7

from events.commands import History
from events.contracts.contract import Code, Known
from events.decider import Invalid
from events.occurrence import UNKNOWN, civil_day
from events.sql import Row
from intake.contact import ConsentBody, ContactAnswer, ContactBody
from intake.offer.decider import OFFER
from intake.offer.decider import Status as OfferStatus
from intake.origin import Origin
from intake.parts import TheProgrammes
from intake.referral.decider import (
    REFERRAL,
    AcceptReferral,
    MakeReferral,
    Referral,
    ScreenOutReferral,
    Status,
    contact_of,
)
from intake.views.referrals import REFERRALS
from kit.access import Scope
from kit.bodies import Answer, Body, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.checking import require_in_force, require_known
from programmes.criteria import CriteriaVersion
from programmes.term import codes

router = APIRouter(tags=["referrals"])


class ReferralBody(Fact):
    """A referral that no organisation makes: the client's own, or through others."""

    programme: Code
    source: Code
    origin: Origin | None = None
    consent: ConsentBody
    contact: ContactBody


class AssessmentBody(Body):
    criterion: Code
    outcome: Known


class ScreeningBody(Fact):
    """Every criterion in force is assessed once; a reason goes with screening out."""

    assessments: Annotated[tuple[AssessmentBody, ...], Field(max_length=50)]
    decision: Literal["accepted", "screened-out"]
    reason: Annotated[Code | None, Vocabulary("screening_out_reasons")] = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if (self.decision == "screened-out") != (self.reason is not None):
            raise ValueError("a reason is given when, and only when, the referral is screened out")
        return self

    def outcomes(self) -> dict[str, Known]:
        return {a.criterion: a.outcome for a in self.assessments}


class ReferralAnswer(Answer):
    """`status` is made, accepted or screened-out; `id` is that of the case it may become."""

    id: UUID
    programme: str
    source: str
    organisation: UUID | None
    status: str
    made_at: str


class ListedReferral(Answer):
    id: UUID
    programme: str
    source: str
    organisation: UUID | None
    status: str


@router.get("/v1/referrals", summary="Referrals, now or at another time")
async def list_referrals(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("referral:read")],
    views: TheLists,
    status: Status | None = None,
) -> Listed[ListedReferral]:
    wanted = [REFERRALS.table.c.status == status] if status else []
    return await views.page(REFERRALS, call, at, page, _listed, *wanted)


def _listed(row: Row) -> ListedReferral:
    return ListedReferral(
        id=row["key"],
        programme=row["programme"],
        source=row["source"],
        organisation=row["organisation"],
        status=row["status"],
    )


@router.post("/v1/candidates/{candidate}/referrals", status_code=201, summary="Refer a candidate")
async def refer_candidate(
    candidate: UUID, body: Fact, call: Annotated[Call, adds("referral:make")]
) -> Written:
    def command(history: History) -> MakeReferral:
        offer = OFFER.state(history, candidate)
        return MakeReferral(
            source=offer.source,
            organisation=offer.organisation,
            origin=offer.origin,
            accepted=offer.status is OfferStatus.ACCEPTED,
            contact=offer.contact,
            agreed=offer.latest,
            occurred=body.occurred_at,
        )

    return await call.execute(
        REFERRAL,
        candidate,
        command,
        stream=REFERRAL.beside(candidate),
        location=f"/v1/referrals/{candidate}",
    )


@router.post("/v1/referrals", status_code=201, summary="Enter a referral that no organisation made")
async def enter_referral(
    body: ReferralBody,
    call: Annotated[Call, adds("referral:enter")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    definition = require_in_force(programmes, body.programme, call.today)
    others = {s.code for s in definition.referral_sources if not s.offers}
    case_id, contact = uuid7(), uuid7()

    def command(_history: History) -> MakeReferral:
        require_known(source=(body.source, others))
        return MakeReferral(
            source=body.source,
            organisation=None,
            origin=str(body.origin) if body.origin else None,
            accepted=True,
            contact=contact,
            agreed=UNKNOWN,
            occurred=body.occurred_at,
        )

    return await call.execute(
        REFERRAL,
        case_id,
        command,
        told=body,
        stream=REFERRAL.beside(case_id),
        new=Scope(),
        programme=(definition.code, definition.version),
        vault=await vault.seal(case_id, contact, body.contact.fields()),
        location=f"/v1/referrals/{case_id}",
    )


@router.post("/v1/referrals/{case_id}/screenings", status_code=201, summary="Screen a referral")
async def screen_referral(
    case_id: UUID,
    body: ScreeningBody,
    call: Annotated[Call, adds("referral:screen")],
    programmes: TheProgrammes,
) -> Written:
    """Judged by the criteria that were in force on the day of the referral."""

    def command(history: History) -> AcceptReferral | ScreenOutReferral:
        referral = REFERRAL.state(history, REFERRAL.beside(case_id))
        definition = programmes.of(history)
        return _screening(body, definition.criteria_on(_day(referral, call)))

    return await call.execute(
        REFERRAL,
        case_id,
        command,
        told=body,
        stream=REFERRAL.beside(case_id),
        location=f"/v1/referrals/{case_id}",
    )


@router.get("/v1/referrals/{case_id}", summary="A referral, now or at another time")
async def read_referral(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("referral:read")]
) -> ReferralAnswer:
    known = await call.read(case_id, at, stream=REFERRAL.beside(case_id))
    referral = REFERRAL.state(known, REFERRAL.beside(case_id))
    if referral.status is Status.NEW:
        raise not_found()
    return ReferralAnswer(
        id=case_id,
        programme=str(known[0].metadata.programme),
        source=referral.source,
        organisation=referral.organisation,
        status=referral.status,
        made_at=str(referral.made),
    )


@router.get("/v1/referrals/{case_id}/contact-data", summary="Contact data, while consent stands")
async def read_contact_data(
    case_id: UUID, call: Annotated[Call, reads("contact-data:read")], vault: TheVault
) -> ContactAnswer:
    known = await call.read(case_id)
    referral = REFERRAL.state(known, REFERRAL.beside(case_id))
    offer = OFFER.state(known, case_id)
    return ContactAnswer.of(await vault.open(case_id, contact_of(referral, offer.contact)))


def _day(referral: Referral, call: Call) -> date:
    return civil_day(referral.made.at or call.now)


def _screening(
    body: ScreeningBody, criteria: CriteriaVersion
) -> AcceptReferral | ScreenOutReferral:
    outcomes = body.outcomes()
    expected = codes(criteria.criteria)
    if len(body.assessments) != len(expected) or outcomes.keys() != expected:
        each = ", ".join(sorted(expected))
        raise Invalid([("assessments", f"must assess each of these once: {each}")])
    if body.reason is None:
        return AcceptReferral(
            outcomes=outcomes,
            fits=criteria.accepts(outcomes),
            criteria_version=criteria.version,
            occurred=body.occurred_at,
        )
    return ScreenOutReferral(
        outcomes=outcomes,
        reason=body.reason,
        criteria_version=criteria.version,
        occurred=body.occurred_at,
    )
