"""HTTP for needs: opening, meeting and closing them, and referring to others."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.needs.answer import NeedsAnswer, needs_answer
from casefile.needs.decider import NEEDS
from casefile.needs.events import NeedClosed, NeedIdentified, NeedMet, ReferredOut
from casefile.persons.decider import PERSONS, require_there
from casefile.telling import tell
from casefile.words import Words, WordsAnswer, opened, sealed
from events.commands import History
from events.contracts.contract import Code
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.parts import TheVault
from kit.problems import not_found
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["needs"])


class NeedBody(Fact):
    """`words` say what it is about; they lie in the vault.

    `person` is the one of the client system whose need it is, left out where it is of all.
    """

    field: Annotated[Code, Vocabulary("needs.fields")]
    theme: Annotated[Code, Vocabulary("needs.themes")] | None = None
    words: Words | None = None
    person: UUID | None = None


class MetBody(Fact):
    met_by: Annotated[Code, Vocabulary("needs.met_by")]


class ReferralOutBody(Fact):
    """`need` is the one for which the client was referred, if it was for one of them."""

    target: Annotated[Code, Vocabulary("referral_targets")]
    need: UUID | None = None


@router.post("/needs", status_code=201, summary="Record a need")
async def identify_need(
    case_id: UUID, body: NeedBody, call: Annotated[Call, adds("case:work")], vault: TheVault
) -> Written:
    need, record = uuid7(), uuid7()

    def identified(history: History) -> NeedIdentified:
        if body.person is not None:
            require_there(body.person, PERSONS.state(history, PERSONS.beside(case_id)))
        return NeedIdentified(
            need=need,
            person=body.person,
            field=body.field,
            theme=body.theme,
            words=record if body.words else None,
            occurred=body.occurred_at,
        )

    return await tell(
        call,
        NEEDS,
        case_id,
        identified,
        f"/needs/{need}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.words),
    )


@router.post("/needs/{need}/meetings", status_code=201, summary="Record that a need was met")
async def meet_need(
    case_id: UUID, need: UUID, body: MetBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    told = NeedMet(need=need, met_by=body.met_by, occurred=body.occurred_at)
    return await tell(call, NEEDS, case_id, told, f"/needs/{need}", told=body)


@router.post("/needs/{need}/closings", status_code=201, summary="Close a need, met or not")
async def close_need(
    case_id: UUID, need: UUID, body: Fact, call: Annotated[Call, adds("case:work")]
) -> Written:
    return await tell(
        call, NEEDS, case_id, NeedClosed(need=need, occurred=body.occurred_at), f"/needs/{need}"
    )


@router.post("/referrals-out", status_code=201, summary="Record that the client was referred")
async def refer_out(
    case_id: UUID, body: ReferralOutBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    referral = uuid7()
    told = ReferredOut(
        referral=referral, target=body.target, need=body.need, occurred=body.occurred_at
    )
    return await tell(call, NEEDS, case_id, told, f"/referrals-out/{referral}", told=body)


@router.get("/needs", summary="The needs and referrals of a case, now or at another time")
async def read_needs(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> NeedsAnswer:
    stream = NEEDS.beside(case_id)
    return needs_answer(NEEDS.decided(await call.read(case_id, at, stream=stream), stream))


@router.get("/needs/{need}/words", summary="What a need is about, as it was written down")
async def read_need_words(
    case_id: UUID, need: UUID, call: Annotated[Call, reads("words:read")], vault: TheVault
) -> WordsAnswer:
    stream = NEEDS.beside(case_id)
    told = NEEDS.state(await call.read(case_id, stream=stream), stream).identified.get(need)
    if told is None or told.words is None:
        raise not_found()
    return await opened(vault, case_id, told.words)
