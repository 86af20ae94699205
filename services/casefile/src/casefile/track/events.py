"""What can have happened on a track; every step of every track is one stored event."""

from dataclasses import dataclass, field
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred
from programmes.track import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOpened:
    track: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecorded:
    """`entry` is what corrections call it; `data` is what it says, by the code of the field."""

    track: str
    step: str
    outcome: str | None
    data: Said = field(default_factory=dict)
    entry: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCorrected:
    """Stands in the place of the step that it corrects; `corrects` is that event's id."""

    track: str
    step: str
    outcome: str | None
    data: Said
    entry: UUID
    occurred: Occurred
    corrects: UUID


Step = StepRecorded | StepCorrected
TrackEvent = TrackOpened | Step

CODEC: Codec[TrackEvent] = Codec(
    {
        "track.opened.v1": TrackOpened,
        "track.step-recorded.v1": StepRecorded,
        "track.step-corrected.v1": StepCorrected,
    }
)
