"""What can have happened on a track; every step of every track is one stored event."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOpened:
    track: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecorded:
    track: str
    step: str
    outcome: str | None
    occurred: Occurred


TrackEvent = TrackOpened | StepRecorded

CODEC: Codec[TrackEvent] = Codec(
    {"track.opened.v1": TrackOpened, "track.step-recorded.v1": StepRecorded}
)
