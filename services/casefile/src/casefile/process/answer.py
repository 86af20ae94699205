"""How a case goes on, for the organisation that referred: that it does, never what is in it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from casefile.case.decider import CASE, Status
from casefile.case.events import (
    CaseClosed,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
)
from casefile.codec import CODEC
from casefile.track.events import StepCorrected, StepRecorded
from events.store import Json, Recorded
from kit.bodies import Answer
from programmes.model import Definition

SHOWN = (CaseOpened, CaseManagerAssigned, CaseManagerReleased, CaseClosed, CaseReopened)


class Support(StrEnum):
    """Whether somebody supports the client: not yet (or no longer, while the case goes on)."""

    AWAITED = "awaited"
    INVOLVED = "involved"
    ENDED = "ended"


class PhaseAnswer(Answer):
    """Of a track, the step that happened last of those that the programme shows."""

    track: str
    phase: str
    occurred_at: str


class ProcessAnswer(Answer):
    """Times are as precise as they are known; a track without a step to show is left out."""

    id: UUID
    programme: str
    support: Support
    ended_at: str | None
    tracks: list[PhaseAnswer]


def shown(known: Sequence[Recorded[Json]], definition: Definition) -> list[Recorded[Json]]:
    """The facts that a process view is made of, and nothing else of it depends on any other."""
    return [recorded for recorded in known if _shows(CODEC.decode(recorded).event, definition)]


def _shows(event: object, definition: Definition) -> bool:
    if isinstance(event, StepRecorded | StepCorrected):
        step = definition.step(event.track, event.step)
        return step is not None and step.shown
    return isinstance(event, SHOWN)


def process_answer(case_id: UUID, known: Sequence[Recorded[Json]]) -> ProcessAnswer:
    """Of the facts that `shown` left, in the order in which they happened."""
    case = CASE.decided(known, case_id)
    steps = [
        r for r in map(CODEC.decode, known) if isinstance(r.event, StepRecorded | StepCorrected)
    ]
    last = {recorded.stream: recorded for recorded in steps}
    return ProcessAnswer(
        id=case_id,
        programme=str(known[0].metadata.programme),
        support=support(case.status, team=bool(case.team)),
        ended_at=str(case.closed) if case.closed else None,
        tracks=[_phase(recorded) for recorded in last.values()],
    )


def support(status: str, *, team: bool) -> Support:
    if status == Status.CLOSED:
        return Support.ENDED
    return Support.INVOLVED if team else Support.AWAITED


def _phase(recorded: Recorded[Any]) -> PhaseAnswer:
    step = recorded.event
    return PhaseAnswer(track=step.track, phase=step.step, occurred_at=str(recorded.occurred))
