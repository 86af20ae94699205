"""Evaluations are held while a case is open, as often as is wanted."""

from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import require_within
from casefile.evaluation.events import CODEC, EvaluationEvent, EvaluationHeld
from events.commands import StreamType
from events.decider import Decider

EvaluationCommand = OnCase[EvaluationHeld]
Evaluations = frozenset[UUID]
"""Those that were held."""


def decide(asked: EvaluationCommand, held: Evaluations) -> list[EvaluationEvent]:
    if asked.command.evaluation in held:
        return []
    require_within(asked.case, asked.command.occurred)
    return [asked.command]


def evolve(held: Evaluations, event: EvaluationEvent) -> Evaluations:
    return held | {event.evaluation}


evaluation_decider: Decider[Evaluations, EvaluationCommand, EvaluationEvent] = Decider(
    frozenset(), decide, evolve
)
EVALUATION = StreamType("evaluation", evaluation_decider, CODEC)
