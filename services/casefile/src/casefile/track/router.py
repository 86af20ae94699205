"""HTTP for tracks: opening them beside a case, and recording the steps that are defined."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.case.decider import CASE
from casefile.track.decider import TRACK, OpenTrack, RecordStep
from events.commands import History
from events.contracts.contract import Code
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds
from kit.parts import part
from programmes.checking import require_known
from programmes.loader import Programmes
from programmes.model import Definition

router = APIRouter(prefix="/v1/cases/{case_id}/tracks", tags=["tracks"])

Definitions = Annotated[Programmes, part(Programmes)]


class TrackBody(Fact):
    track: Code


class StepBody(Fact):
    """`outcome` where the step has outcomes; null where it is not known or there is none."""

    step: Code
    outcome: Code | None = None


@router.post("", status_code=201, summary="Open a track")
async def open_track(
    case_id: UUID,
    body: TrackBody,
    call: Annotated[Call, adds("case:work")],
    programmes: Definitions,
) -> Written:
    track = uuid7()

    def command(history: History) -> OpenTrack:
        require_known(track=(body.track, programmes.of(history).tracks))
        return OpenTrack(
            case=CASE.state(history, case_id), track=body.track, occurred=body.occurred_at
        )

    return await call.execute(
        TRACK,
        case_id,
        command,
        stream=track,
        location=f"/v1/cases/{case_id}/tracks/{track}",
    )


@router.post("/{track}/steps", status_code=201, summary="Record a step of a track")
async def record_step(
    case_id: UUID,
    track: UUID,
    body: StepBody,
    call: Annotated[Call, adds("case:work")],
    programmes: Definitions,
) -> Written:
    def command(history: History) -> RecordStep:
        state = TRACK.state(history, track)
        if state.name:
            _require_step(body, state.name, programmes.of(history))
        return RecordStep(step=body.step, outcome=body.outcome, occurred=body.occurred_at)

    return await call.execute(TRACK, case_id, command, stream=track)


def _require_step(body: StepBody, track: str, definition: Definition) -> None:
    defined = definition.track(track)
    require_known(step=(body.step, defined.steps if defined else ()))
    step = definition.step(track, body.step)
    require_known(outcome=(body.outcome, step.outcomes if step else ()))
