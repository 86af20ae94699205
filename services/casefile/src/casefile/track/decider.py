"""How a track opens and takes its steps; which steps there are is the programme's to say."""

from dataclasses import dataclass, replace
from typing import assert_never

from casefile.case.decider import Case, Status
from casefile.track.events import CODEC, StepRecorded, TrackEvent, TrackOpened
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrack:
    """`case` is the state of the case beside which the track runs."""

    case: Case
    track: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    step: str
    outcome: str | None
    occurred: Occurred


TrackCommand = OpenTrack | RecordStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    name: str | None = None
    steps: tuple[StepRecorded, ...] = ()


def decide(command: TrackCommand, track: Track) -> list[TrackEvent]:
    match command:
        case OpenTrack():
            return _open(command, track)
        case RecordStep():
            return _record(command, track)
        case _:
            assert_never(command)


def evolve(track: Track, event: TrackEvent) -> Track:
    match event:
        case TrackOpened(track=name):
            return replace(track, name=name)
        case StepRecorded():
            return replace(track, steps=(*track.steps, event))
        case _:
            assert_never(event)


def _open(command: OpenTrack, track: Track) -> list[TrackEvent]:
    """A track may have begun before the case did, and may outlive it."""
    if track.name:
        return []
    if command.case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    return [TrackOpened(track=command.track, occurred=command.occurred)]


def _record(command: RecordStep, track: Track) -> list[TrackEvent]:
    if track.name is None:
        raise Rejected("no-such-track", "There is no such track on this case.")
    step = StepRecorded(
        track=track.name,
        step=command.step,
        outcome=command.outcome,
        occurred=command.occurred,
    )
    return [] if step in track.steps else [step]


track_decider = Decider(Track(), decide, evolve)
TRACK = StreamType("track", track_decider, CODEC)
