"""The tracks of a case as an answer shows them: each with its steps, and how far it has come."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from casefile.track.events import CODEC, StepCorrected, StepRecorded, TrackOpened
from events.store import Json, Recorded
from kit.bodies import Answer
from programmes.model import Definition
from programmes.step import shown
from programmes.track import Said


class StepAnswer(Answer):
    """`id` is what corrections call it; `data` has those fields that are known."""

    id: UUID | None
    step: str
    outcome: str | None
    data: Said
    occurred_at: str


class TrackAnswer(Answer):
    """A track that runs beside the case, its steps in the order in which they happened.

    `phase` is the step that happened last.
    """

    id: UUID
    track: str
    version: int
    opened_at: str
    phase: str | None
    steps: list[StepAnswer]


def track_answers(known: Sequence[Recorded[Json]], definition: Definition) -> list[TrackAnswer]:
    """Of the facts of a case, in the order in which they happened."""
    told = [CODEC.decode(recorded) for recorded in known if CODEC.reads(recorded.type)]
    opened = [r for r in told if isinstance(r.event, TrackOpened)]
    return [_track(o, [r for r in told if r.stream == o.stream], definition) for o in opened]


def _track(
    opened: Recorded[Any], own: Sequence[Recorded[Any]], definition: Definition
) -> TrackAnswer:
    steps = [
        StepAnswer(
            id=r.event.entry,
            step=r.event.step,
            outcome=r.event.outcome,
            data=shown(definition.step(r.event.track, r.event.step), r.event.data),
            occurred_at=str(r.occurred),
        )
        for r in own
        if isinstance(r.event, StepRecorded | StepCorrected)
    ]
    return TrackAnswer(
        id=opened.stream,
        track=opened.event.track,
        version=max(r.version for r in own),
        opened_at=str(opened.occurred),
        phase=steps[-1].step if steps else None,
        steps=steps,
    )
