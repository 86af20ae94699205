"""A completed instrument as an answer shows it."""

from collections.abc import Mapping
from uuid import UUID

from casefile.instrument.events import CODEC
from events.store import Json, Recorded
from kit.bodies import Answer


class CompletionAnswer(Answer):
    """Scores by their code; a score that is not there was not answered."""

    id: UUID
    instrument: str
    wave: str
    scores: Mapping[str, float]
    occurred_at: str


def completion_answer(recorded: Recorded[Json]) -> CompletionAnswer | None:
    """None for a fact that tells of no instrument."""
    if not CODEC.reads(recorded.type):
        return None
    told = CODEC.decode(recorded).event
    return CompletionAnswer(
        id=told.completion,
        instrument=told.instrument,
        wave=told.wave,
        scores=told.scores,
        occurred_at=str(told.occurred),
    )
