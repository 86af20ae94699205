"""HTTP for consents: giving and withdrawing them, and how each stands."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from casefile.consent.answer import ConsentAnswer, consent_answers
from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentGiven, ConsentRefused, ConsentWithdrawn
from casefile.parts import TheProgrammes
from casefile.telling import tell
from events.commands import History
from events.contracts.contract import Code
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.vocabularies import Vocabulary
from programmes.checking import require_known
from programmes.model import Definition

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["consents"])


class ConsentBody(Fact):
    """Form and scopes are those that the programme declares for this consent."""

    consent: Annotated[Code, Vocabulary("consents")]
    form: Code
    scopes: tuple[Code, ...] = Field(min_length=1, max_length=32)

    def given(self, definition: Definition) -> ConsentGiven:
        if defined := definition.consent(self.consent):
            require_known(form=(self.form, defined.forms), scopes=(self.scopes, defined.scopes))
        return ConsentGiven(
            consent=self.consent,
            form=self.form,
            scopes=tuple(sorted(set(self.scopes))),
            studies=tuple(s.code for s in definition.studies if s.consent == self.consent),
            occurred=self.occurred_at,
        )


class WithdrawalBody(Fact):
    consent: Annotated[Code, Vocabulary("consents")]

    def withdrawn(self, definition: Definition) -> ConsentWithdrawn:
        defined = definition.consent(self.consent)
        stops = defined.stops if defined else ()
        return ConsentWithdrawn(consent=self.consent, stops=stops, occurred=self.occurred_at)


class RefusalBody(Fact):
    consent: Annotated[Code, Vocabulary("consents")]
    reason: Annotated[Code, Vocabulary("consent_refusal_reasons")] = "unknown"


@router.post("/consents", status_code=201, summary="Record that consent was given")
async def give_consent(
    case_id: UUID,
    body: ConsentBody,
    call: Annotated[Call, adds("consent:record")],
    programmes: TheProgrammes,
) -> Written:
    def given(history: History) -> ConsentGiven:
        return body.given(programmes.of(history))

    return await tell(call, CONSENT, case_id, given, told=body)


@router.post("/consent-withdrawals", status_code=201, summary="Record that consent was withdrawn")
async def withdraw_consent(
    case_id: UUID,
    body: WithdrawalBody,
    call: Annotated[Call, adds("consent:record")],
    programmes: TheProgrammes,
) -> Written:
    """What ends with it is the programme's to say: access of case managers, say, or reminders."""

    def withdrawn(history: History) -> ConsentWithdrawn:
        return body.withdrawn(programmes.of(history))

    return await tell(call, CONSENT, case_id, withdrawn, told=body)


@router.post("/consent-refusals", status_code=201, summary="Record that consent was refused")
async def refuse_consent(
    case_id: UUID, body: RefusalBody, call: Annotated[Call, adds("consent:record")]
) -> Written:
    """It was asked for and not given; what was given before is withdrawn instead."""
    told = ConsentRefused(consent=body.consent, reason=body.reason, occurred=body.occurred_at)
    return await tell(call, CONSENT, case_id, told, told=body)


@router.get("/consents", summary="How each consent stands, now or at another time")
async def read_consents(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> list[ConsentAnswer]:
    stream = CONSENT.beside(case_id)
    return consent_answers(CONSENT.decided(await call.read(case_id, at, stream=stream), stream))
