"""HTTP for tracks: opening them beside a case, recording and correcting steps, reading one."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from uuid_utils.compat import uuid7

from casefile.case.decider import CASE
from casefile.codec import CODEC
from casefile.parts import TheProgrammes
from casefile.track.answer import TrackAnswer, track_answers
from casefile.track.decider import TRACK, CorrectStep, OpenTrack, RecordStep
from casefile.track.events import StepCorrected, StepRecorded
from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid, unlisted
from kit.bodies import Body, Fact, OccurredAt, Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.problems import not_found
from kit.vocabularies import Vocabulary
from programmes.checking import require_known
from programmes.step import said
from programmes.term import UNKNOWN, codes
from programmes.track import Said, Step, Value

router = APIRouter(prefix="/v1/cases/{case_id}/tracks", tags=["tracks"])

FieldName = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9-]*$", max_length=64)]


def _value(told: object, handler: ValidatorFunctionWrapHandler) -> Value:
    """In one sentence what is wrong, whichever of them was meant."""
    try:
        value: Value = handler(told)
    except ValidationError:
        raise ValueError("a whole number, a code or a list of codes is needed") from None
    return value


Given = Mapping[
    FieldName,
    Annotated[
        Annotated[int, Field(ge=0, le=10**9, strict=True)] | Code | tuple[Code, ...],
        WrapValidator(_value),
    ],
]


class TrackBody(Fact):
    track: Annotated[Code, Vocabulary("tracks")]


class Ending(Body):
    """How a step ended and what it says, in the words and fields that its definition declares."""

    outcome: Code | None = Field(
        default=None,
        description="One of the outcomes that the definition gives the step. It may be left out, "
        "and is then `unknown` in reads and figures; of a step without outcomes it is null, and "
        "must be left out.",
    )
    data: Given = Field(
        default={},
        max_length=32,
        description="What the step says, by the `fields` that the definition gives it, each in "
        "camelCase (`someField` is the field `some-field`). As the type of the field has it: "
        "`yes`, `no` or `unknown`; a day; a number of days or of whole euros; a code; a list of "
        "codes. What is not known is left out.",
        examples=[{"someField": "yes", "anotherField": 21, "aDay": "2027-03-12"}],
    )


class StepBody(Ending, Fact):
    """A step of the track, as the programme's definition names it."""

    step: Code = Field(
        description="The code of one of the `steps` that the definition gives this track."
    )


class CorrectionBody(Ending):
    """The step as it should have been told, with the time at which it happened."""

    occurred_at: OccurredAt


@router.post("", status_code=201, summary="Open a track")
async def open_track(
    case_id: UUID, body: TrackBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    track = uuid7()

    def command(history: History) -> OpenTrack:
        case = CASE.state(history, case_id)
        return OpenTrack(case=case, track=body.track, occurred=body.occurred_at)

    location = f"/v1/cases/{case_id}/tracks/{track}"
    return await call.execute(TRACK, case_id, command, told=body, stream=track, location=location)


@router.get("/{track}", summary="A track, now or at another time")
async def read_track(
    case_id: UUID,
    track: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("case:read")],
    programmes: TheProgrammes,
) -> TrackAnswer:
    known = await call.read(case_id, at, stream=track)
    answers = track_answers(known, programmes.of(known))
    found = next((answer for answer in answers if answer.id == track), None)
    if found is None:
        raise not_found()
    return found


@router.post("/{track}/steps", status_code=201, summary="Record a step of a track")
async def record_step(
    case_id: UUID,
    track: UUID,
    body: StepBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    entry = uuid7()

    def command(history: History) -> RecordStep:
        name = TRACK.state(history, track).name or ""
        defined = programmes.of(history).track(name)
        require_known(step=(body.step, defined.steps if defined else [body.step]))
        outcome, data = _told(body, defined.step(body.step) if defined else None)
        step = StepRecorded(
            track=name,
            step=body.step,
            outcome=outcome,
            data=data,
            entry=entry,
            occurred=body.occurred_at,
        )
        return RecordStep(defined=defined, step=step)

    location = f"/v1/cases/{case_id}/tracks/{track}/steps/{entry}"
    return await call.execute(TRACK, case_id, command, stream=track, location=location)


@router.post("/{track}/steps/{entry}/corrections", status_code=201, summary="Correct a step")
async def correct_step(
    case_id: UUID,
    track: UUID,
    entry: UUID,
    body: CorrectionBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    """Which step it is stays as it was; give all else as it should have been."""

    def command(history: History) -> CorrectStep:
        state = TRACK.state(history, track)
        defined = programmes.of(history).track(state.name or "")
        told, corrects = state.entry(entry), CODEC.told_last(history, "entry", entry)
        if told is None or corrects is None:
            return CorrectStep(defined=defined, step=None)
        outcome, data = _told(body, defined.step(told.step) if defined else None)
        step = StepCorrected(
            track=told.track,
            step=told.step,
            outcome=outcome,
            data=data,
            entry=entry,
            occurred=body.occurred_at,
            corrects=corrects,
        )
        return CorrectStep(defined=defined, step=step)

    location = f"/v1/cases/{case_id}/tracks/{track}/steps/{entry}"
    return await call.execute(TRACK, case_id, command, stream=track, location=location)


def _told(body: Ending, step: Step | None) -> tuple[str | None, Said]:
    """The outcome and the data as the log keeps them; raises Invalid with all that is wrong."""
    if step is None:
        return body.outcome, {}
    data, strange = said(step, body.data)
    mistakes = [(f"data/{name}", sentence) for name, sentence in strange]
    if body.outcome and not step.outcomes:
        mistakes.append(("outcome", "is to be left out: this step has no outcomes"))
    elif wrong := unlisted(body.outcome, codes(step.outcomes)):
        mistakes.append(("outcome", wrong))
    if mistakes:
        raise Invalid(mistakes)
    return body.outcome or (UNKNOWN if step.outcomes else None), data
