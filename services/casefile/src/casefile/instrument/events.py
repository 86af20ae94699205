"""What can have happened with the instruments of a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentCompleted:
    """What was scored, by code; what was not answered is left out."""

    completion: UUID
    instrument: str
    wave: str
    scores: Mapping[str, float]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentCorrected:
    """Stands in the place of the completion that it corrects; `corrects` is that event's id."""

    completion: UUID
    instrument: str
    wave: str
    scores: Mapping[str, float]
    occurred: Occurred
    corrects: UUID


InstrumentEvent = InstrumentCompleted | InstrumentCorrected

CODEC: Codec[InstrumentEvent] = Codec(
    {
        "instrument.completed.v1": InstrumentCompleted,
        "instrument.corrected.v1": InstrumentCorrected,
    }
)
