"""HTTP for candidates: identifying them, what is thought of the origin, and what became of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from uuid_utils.compat import uuid7

from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid
from events.occurrence import civil_day
from events.sql import Row
from intake.codec import CODEC, explanations
from intake.explanation import ExplanationAnswer
from intake.offer.commands import AssessOrigin, IdentifyCandidate
from intake.offer.decider import OFFER
from intake.offer.events import CandidateIdentified, OriginAssessed
from intake.offer.history import AttemptAnswer, attempts
from intake.organisation.decider import ORGANISATION
from intake.parts import TheProgrammes, TheSafe
from intake.told import told_to
from intake.views.candidates import CANDIDATES
from kit.access import Scope
from kit.bodies import Answer, Body, Fact, PastDate, Written
from kit.calls import Call
from kit.endpoints import adds, lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.checking import require_in_force
from programmes.loader import Programmes
from programmes.model import Definition

router = APIRouter(tags=["candidates"])


class OriginBody(Body):
    """What is thought of the origin; `unknown` where nobody can tell."""

    status: Annotated[Code, Vocabulary("origin.statuses")]
    kind: Annotated[Code, Vocabulary("origin.kinds")] = "unknown"
    consequence: Annotated[Code, Vocabulary("origin.consequences")] = "unknown"


class AssessmentBody(OriginBody, Fact):
    """`occurredAt`: since when it was thought so."""


class CandidateBody(Fact):
    """`organisation` is by default the caller's own; `origin` when it began.

    `assessment`: what is thought of the origin from the beginning, as far as anything is.
    """

    programme: Code
    organisation: UUID | None = None
    origin: PastDate | None = None
    assessment: OriginBody | None = None


class AssessmentAnswer(Answer):
    """`criteriaVersion`: the criteria in force then, null where that was not kept."""

    id: UUID
    status: str
    kind: str
    consequence: str
    criteria_version: int | None
    occurred_at: str


class CandidateAnswer(Answer):
    """`status` is that of the offer; each try is an attempt, `final`: no further one is wanted.

    `assessments` of the origin are in the order of happening: the last one holds. `consented`:
    whether contact data may be passed on.
    """

    id: UUID
    programme: str
    organisation: UUID
    origin: str | None
    assessments: list[AssessmentAnswer]
    status: str
    attempts: int
    final: bool
    consented: bool


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
        origin=OFFER.decided(known, candidate).origin,
        assessments=[_assessment(each) for each in offer.assessments],
        status=offer.status,
        attempts=offer.attempts,
        final=offer.final,
        consented=offer.contact is not None,
    )


def _assessment(told: OriginAssessed) -> AssessmentAnswer:
    return AssessmentAnswer(
        id=told.assessment,
        status=told.status,
        kind=told.kind,
        consequence=told.consequence,
        criteria_version=told.criteria_version,
        occurred_at=str(told.occurred),
    )


@router.get("/v1/candidates/{candidate}/offers", summary="Each attempt, and its answers")
async def read_offers(
    candidate: UUID, at: AtMoment, call: Annotated[Call, reads("candidate:read")]
) -> list[AttemptAnswer]:
    return attempts(await call.read(candidate, at), told_to(call))


@router.get(
    "/v1/candidates/{candidate}/explanations/{explanation}",
    summary="What was said in people's own words",
)
async def read_explanation(
    candidate: UUID,
    explanation: UUID,
    call: Annotated[Call, reads("explanation:read")],
    safe: TheSafe,
) -> ExplanationAnswer:
    known = filter(told_to(call), await call.read(candidate))
    if explanation not in explanations(known, candidate):
        raise not_found()
    text = await safe.explanation(candidate, explanation)
    return ExplanationAnswer(id=explanation, text=text)


class ListedCandidate(Answer):
    id: UUID
    programme: str
    organisation: UUID
    status: str
    attempts: int
    origin_status: str | None


@router.get("/v1/candidates", summary="Candidates, now or at another time")
async def list_candidates(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("candidate:read")],
    views: TheLists,
    status: Annotated[
        Literal["identified", "offered", "withheld", "accepted", "declined", "unanswered"] | None,
        Query(description="Only those with this status."),
    ] = None,
    origin_status: Annotated[
        Code | None,
        Query(alias="originStatus", description="Only those whose origin has this status."),
    ] = None,
) -> Listed[ListedCandidate]:
    columns = CANDIDATES.table.c
    wanted = [columns.status == status] if status else []
    assessed = [columns.origin_status == origin_status] if origin_status else []
    return await views.page(CANDIDATES, call, at, page, _listed, *wanted, *assessed)


def _listed(row: Row) -> ListedCandidate:
    return ListedCandidate(
        id=row["key"],
        programme=row["programme"],
        organisation=row["organisation"],
        status=row["status"],
        attempts=row["attempts"],
        origin_status=row["origin_status"],
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

    def command(_history: History) -> CandidateIdentified | IdentifyCandidate:
        version = _criteria_version(programmes, definition, body, call)
        return _identification(body, organisation, known.kind, definition, version)

    return await call.execute(
        OFFER,
        uuid7(),
        command,
        told=body,
        new=Scope(organisation=organisation),
        programme=(definition.code, definition.version),
    )


def _criteria_version(
    programmes: Programmes, definition: Definition, told: Fact, call: Call
) -> int:
    """The criteria in force when it was thought so; on the day of telling if that is unknown."""
    day = civil_day(told.occurred_at.at or call.now)
    return programmes.judging(definition.code, day).criteria_on(day).version


def _identification(
    body: CandidateBody, organisation: UUID, kind: str, definition: Definition, version: int
) -> CandidateIdentified | IdentifyCandidate:
    if kind not in definition.organisation_kinds():
        raise Invalid([("organisation", "must be registered as one that refers")])
    identified = CandidateIdentified(
        organisation=organisation,
        source=kind,
        origin=str(body.origin) if body.origin else None,
        occurred=body.occurred_at,
    )
    if body.assessment is None:
        return identified
    assessed = OriginAssessed(
        assessment=uuid7(),
        **body.assessment.model_dump(),
        pending=True,
        organisation=organisation,
        criteria_version=version,
        occurred=body.occurred_at,
    )
    return IdentifyCandidate(identified=identified, assessed=assessed, occurred=body.occurred_at)


@router.post(
    "/v1/candidates/{candidate}/origin-assessments",
    status_code=201,
    summary="Tell what is thought of the origin now",
)
async def assess_origin(
    candidate: UUID,
    body: AssessmentBody,
    call: Annotated[Call, adds("origin:assess")],
    programmes: TheProgrammes,
) -> Written:
    assessment = uuid7()

    def command(history: History) -> AssessOrigin:
        definition = programmes.of(history)
        return AssessOrigin(
            assessment=assessment,
            **body.model_dump(exclude={"occurred_at"}),
            criteria_version=_criteria_version(programmes, definition, body, call),
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, command, told=body)


@router.post(
    "/v1/candidates/{candidate}/origin-assessments/{assessment}/corrections",
    status_code=201,
    summary="Put right what was told of the origin",
)
async def correct_assessment(
    candidate: UUID,
    assessment: UUID,
    body: AssessmentBody,
    call: Annotated[Call, adds("origin:assess")],
    programmes: TheProgrammes,
) -> Written:
    """Give the whole assessment as it should have been, with the time since when it was thought."""

    def correction(history: History) -> AssessOrigin:
        corrects = CODEC.told_last(history, "assessment", assessment)
        if corrects is None:
            raise not_found()
        return AssessOrigin(
            assessment=assessment,
            **body.model_dump(exclude={"occurred_at"}),
            criteria_version=_criteria_version(programmes, programmes.of(history), body, call),
            corrects=corrects,
            occurred=body.occurred_at,
        )

    return await call.execute(OFFER, candidate, correction, told=body)
