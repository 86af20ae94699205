"""How a track opens and takes its steps; which steps there are is the programme's to say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from casefile.case.decider import Case, Status
from casefile.track.events import CODEC, Step, StepCorrected, StepRecorded, TrackEvent, TrackOpened
from casefile.track.order import breaches
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred
from programmes.track import Track as Defined


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrack:
    """`case` is the state of the case beside which the track runs."""

    case: Case
    track: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep:
    """`defined` is the track as the programme of the case declares it; None for no track."""

    defined: Defined | None
    step: StepRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectStep:
    defined: Defined | None
    step: StepCorrected | None


TrackCommand = OpenTrack | RecordStep | CorrectStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """`steps` as they were told last, each correction in the place of what it corrects."""

    name: str | None = None
    steps: tuple[Step, ...] = ()

    def entry(self, entry: UUID) -> Step | None:
        return next((step for step in self.steps if step.entry == entry), None)


def decide(command: TrackCommand, track: Track) -> list[TrackEvent]:
    match command:
        case OpenTrack():
            return _open(command, track)
        case RecordStep():
            return _record(command, track)
        case CorrectStep():
            return _correct(command, track)
        case _:
            assert_never(command)


def evolve(track: Track, event: TrackEvent) -> Track:
    match event:
        case TrackOpened(track=name):
            return replace(track, name=name)
        case StepRecorded():
            return replace(track, steps=(*track.steps, event))
        case StepCorrected():
            return replace(track, steps=_corrected(track.steps, event))
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
    if command.defined is None:
        raise Rejected("no-such-track", "There is no such track on this case.")
    if any(_says(step) == _says(command.step) for step in track.steps):
        return []
    _require_possible(track.steps, (*track.steps, command.step), command.defined)
    return [command.step]


def _correct(command: CorrectStep, track: Track) -> list[TrackEvent]:
    corrected = command.step and track.entry(command.step.entry)
    if command.defined is None or command.step is None or corrected is None:
        raise Rejected("no-such-step", "There is no such step on this track.")
    if _says(corrected) == _says(command.step):
        return []
    _require_possible(track.steps, _corrected(track.steps, command.step), command.defined)
    return [command.step]


def _require_possible(told: Sequence[Step], then: Sequence[Step], defined: Defined) -> None:
    """Refuses what makes the order of the steps impossible, whichever of them it is told of."""
    broken = sorted(breaches(then, defined) - breaches(told, defined))
    if broken:
        raise Rejected(broken[0].code, " ".join(breach.detail for breach in broken))


def _corrected(steps: Sequence[Step], correction: StepCorrected) -> tuple[Step, ...]:
    return tuple(correction if step.entry == correction.entry else step for step in steps)


def _says(step: Step) -> tuple[object, ...]:
    return step.step, step.outcome, step.data, step.occurred


track_decider = Decider(Track(), decide, evolve)
TRACK = StreamType("track", track_decider, CODEC)
