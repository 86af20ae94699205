"""HTTP for referrals: making them, reading them, and the contact data that consent lets pass."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from uuid_utils.compat import uuid7

from events.commands import History
from events.contracts.contract import Code
from events.occurrence import UNKNOWN
from events.sql import Row
from intake.contact import ConsentBody
from intake.offer.decider import OFFER
from intake.offer.state import may_refer
from intake.parts import TheProgrammes, TheSafe
from intake.referral.commands import MakeReferral
from intake.referral.decider import REFERRAL, Status, contact_of
from intake.referral.duplicates import earlier_duplicates, possible_duplicates
from intake.referral.origins import origin_of
from intake.referral.writing import write
from intake.safe import Safe
from intake.views.referrals import REFERRALS
from kit.access import Scope
from kit.bodies import Answer, Fact, PastDate, Written
from kit.calls import Call
from kit.contact import ContactAnswer, ContactBody
from kit.endpoints import adds, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found
from programmes.checking import require_in_force, require_known

router = APIRouter(tags=["referrals"])


class ReferralBody(Fact):
    """A referral that no organisation makes: the client's own, or through others."""

    programme: Code
    source: Code
    origin: PastDate | None = None
    consent: ConsentBody
    contact: ContactBody


class ReferralAnswer(Answer):
    """`id` is that of the case it may become.

    `linked`: referrals that the desk found to be of the same person for the same reason;
    `possibleDuplicates`: those that may be, as far as the caller may see them.
    """

    id: UUID
    programme: str
    source: str
    organisation: UUID | None
    origin: str | None
    status: str
    made_at: str
    linked: list[UUID]
    possible_duplicates: list[UUID]


class Referred(Written):
    """`possibleDuplicates`: earlier referrals that may be of the same person and reason."""

    possible_duplicates: list[UUID]


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
    status: Annotated[
        Literal["made", "accepted", "screened-out", "withdrawn"] | None,
        Query(description="Only those with this status."),
    ] = None,
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
    candidate: UUID, body: Fact, call: Annotated[Call, adds("referral:make")], safe: TheSafe
) -> Referred:
    def command(history: History) -> MakeReferral:
        offer = OFFER.state(history, candidate)
        return MakeReferral(
            source=offer.source,
            organisation=offer.organisation,
            origin=offer.origin,
            accepted=may_refer(offer),
            contact=offer.contact,
            agreed=offer.latest,
            occurred=body.occurred_at,
        )

    written = await write(call, candidate, command)
    return await _warned(written, call, safe)


async def _warned(written: Written, call: Call, safe: Safe) -> Referred:
    """Looked up in what is written by now, so that a repeated request is warned alike."""
    earlier = await earlier_duplicates(call, safe.vault.store, written.id)
    return Referred(**written.model_dump(by_alias=False), possible_duplicates=earlier)


@router.post("/v1/referrals", status_code=201, summary="Enter a referral that no organisation made")
async def enter_referral(
    body: ReferralBody,
    call: Annotated[Call, adds("referral:enter")],
    programmes: TheProgrammes,
    safe: TheSafe,
) -> Referred:
    definition = require_in_force(programmes, body.programme, call.today)
    others = {s.code for s in definition.referral_sources if not s.offers}
    case_id = uuid7()
    kept = await safe.keep_new(case_id, body.contact)

    def command(_history: History) -> MakeReferral:
        require_known(source=(body.source, others))
        return _entered(body, kept.contact)

    written = await call.execute(
        REFERRAL,
        case_id,
        command,
        told=body,
        stream=REFERRAL.beside(case_id),
        new=Scope(),
        programme=(definition.code, definition.version),
        vault=kept.sealed,
        location=f"/v1/referrals/{case_id}",
    )
    return await _warned(written, call, safe)


def _entered(body: ReferralBody, contact: UUID) -> MakeReferral:
    return MakeReferral(
        source=body.source,
        organisation=None,
        origin=str(body.origin) if body.origin else None,
        accepted=True,
        contact=contact,
        agreed=UNKNOWN,
        form=body.consent.form,
        occurred=body.occurred_at,
    )


@router.get("/v1/referrals/{case_id}", summary="A referral, now or at another time")
async def read_referral(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("referral:read")], safe: TheSafe
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
        origin=origin_of(known, case_id),
        status=referral.status,
        made_at=str(referral.made),
        linked=sorted(referral.links) if call.may("referral:link") else [],
        possible_duplicates=await possible_duplicates(call, safe.vault.store, case_id, at),
    )


@router.get("/v1/referrals/{case_id}/contact-data", summary="Contact data, while consent stands")
async def read_contact_data(
    case_id: UUID, call: Annotated[Call, reads("contact-data:read")], vault: TheVault
) -> ContactAnswer:
    known = await call.read(case_id)
    referral = REFERRAL.state(known, REFERRAL.beside(case_id))
    offer = OFFER.state(known, case_id)
    return ContactAnswer.of(await vault.open(case_id, contact_of(referral, offer.consent)))
