"""HTTP for instruments: completing them, putting mistakes right, reading the scores."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from uuid_utils.compat import uuid7

from casefile.answers import found
from casefile.codec import CODEC
from casefile.instrument.answer import CompletionAnswer, completion_answer
from casefile.instrument.decider import INSTRUMENT, CorrectInstrument
from casefile.instrument.events import InstrumentCompleted
from casefile.parts import TheProgrammes
from casefile.telling import tell
from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.vocabularies import Vocabulary
from programmes.instrument import Instrument
from programmes.term import codes

router = APIRouter(prefix="/v1/cases/{case_id}/instruments", tags=["instruments"])

Score = Annotated[float, Field(strict=True)]


class ScoresBody(Fact):
    """Scores by their code, within the scale of the instrument; leave out what was not answered."""

    wave: Annotated[Code, Vocabulary("waves")]
    scores: Mapping[Code, Score] = Field(min_length=1, max_length=100)

    def require_scale(self, instrument: Instrument | None) -> None:
        """Raises Invalid with each score that is not known, or not on the scale."""
        if mistakes := list(self._mistakes(instrument)):
            raise Invalid(mistakes)

    def _mistakes(self, instrument: Instrument | None) -> Iterator[tuple[str, str]]:
        """An unknown instrument is found elsewhere."""
        if instrument is None:
            return
        scale, known = instrument.scale, codes(instrument.scores)
        bounds = f"must be from {scale.lowest} to {scale.highest}"
        for code, score in self.scores.items():
            if code not in known:
                yield f"scores/{code}", "is not known here"
            elif not scale.holds(score):
                yield f"scores/{code}", f"{bounds}, with at most {scale.decimals} decimals"


class CompletionBody(ScoresBody):
    instrument: Annotated[Code, Vocabulary("instruments")]


@router.post("", status_code=201, summary="Record a completed instrument")
async def complete_instrument(
    case_id: UUID,
    body: CompletionBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    completion = uuid7()

    def completed(history: History) -> InstrumentCompleted:
        body.require_scale(programmes.of(history).instrument(body.instrument))
        return InstrumentCompleted(
            completion=completion,
            instrument=body.instrument,
            wave=body.wave,
            scores=body.scores,
            occurred=body.occurred_at,
        )

    return await tell(call, INSTRUMENT, case_id, completed, f"/instruments/{completion}", told=body)


@router.post("/{completion}/corrections", status_code=201, summary="Correct a completed instrument")
async def correct_instrument(
    case_id: UUID,
    completion: UUID,
    body: ScoresBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    """Which instrument it is stays as it was; give all scores as they should have been."""

    def correction(history: History) -> CorrectInstrument:
        known = INSTRUMENT.state(history, INSTRUMENT.beside(case_id))
        if told := known.completions.get(completion):
            body.require_scale(programmes.of(history).instrument(told.instrument))
        return CorrectInstrument(
            completion=completion,
            corrects=CODEC.told_last(history, "completion", completion),
            wave=body.wave,
            scores=body.scores,
            occurred=body.occurred_at,
        )

    return await tell(
        call, INSTRUMENT, case_id, correction, f"/instruments/{completion}", told=body
    )


@router.get("", summary="The completed instruments of a case, now or at another time")
async def list_instruments(
    case_id: UUID, at: AtMoment, page: AtPage, call: Annotated[Call, reads("instrument:read")]
) -> Listed[CompletionAnswer]:
    """In the order in which they were completed."""
    known = await call.read(case_id, at, stream=INSTRUMENT.beside(case_id))
    return page.of_facts(known, completion_answer)


@router.get("/{completion}", summary="A completed instrument, now or at another time")
async def read_instrument(
    case_id: UUID, completion: UUID, at: AtMoment, call: Annotated[Call, reads("instrument:read")]
) -> CompletionAnswer:
    known = await call.read(case_id, at, stream=INSTRUMENT.beside(case_id))
    return found(known, completion_answer, completion)
