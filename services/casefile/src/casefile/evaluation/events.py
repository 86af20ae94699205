"""What can have happened with the evaluations of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationHeld:
    """`moment` says at which point of the support.

    `words`: the vault record of what went well and what did not, if that was written down.
    """

    evaluation: UUID
    moment: str
    words: UUID | None = None
    occurred: Occurred


EvaluationEvent = EvaluationHeld

CODEC: Codec[EvaluationEvent] = Codec({"evaluation.held.v1": EvaluationHeld})
