"""How an instrument is completed, once in each wave, and how a mistake is put right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, Status
from casefile.instrument.events import (
    CODEC,
    InstrumentCompleted,
    InstrumentCorrected,
    InstrumentEvent,
)
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectInstrument:
    """`corrects` is the id of the event that told of it last, None where there is none."""

    completion: UUID
    corrects: UUID | None
    wave: str
    scores: Mapping[str, float]
    occurred: Occurred


InstrumentCommand = OnCase[InstrumentCompleted | CorrectInstrument]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    completions: Mapping[UUID, InstrumentEvent] = field(default_factory=dict)


def decide(asked: InstrumentCommand, known: Instruments) -> list[InstrumentEvent]:
    match asked.command:
        case InstrumentCompleted() as told:
            return _complete(told, asked.case, known)
        case CorrectInstrument() as correction:
            return _correct(correction, known)
        case _:
            assert_never(asked.command)


def evolve(known: Instruments, event: InstrumentEvent) -> Instruments:
    match event:
        case InstrumentCompleted() | InstrumentCorrected():
            return replace(known, completions={**known.completions, event.completion: event})
        case _:
            assert_never(event)


def _complete(told: InstrumentCompleted, case: Case, known: Instruments) -> list[InstrumentEvent]:
    """A follow-up may come after the case closed."""
    if told.completion in known.completions:
        return []
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    _require_free(told.instrument, told.wave, known.completions.values())
    return [told]


def _correct(command: CorrectInstrument, known: Instruments) -> list[InstrumentEvent]:
    told = known.completions.get(command.completion)
    if told is None or command.corrects is None:
        raise Rejected("no-such-completion", "There is no such completion on this case.")
    if (command.wave, command.scores, command.occurred) == (told.wave, told.scores, told.occurred):
        return []
    others = [each for each in known.completions.values() if each is not told]
    _require_free(told.instrument, command.wave, others)
    return [
        InstrumentCorrected(
            completion=command.completion,
            instrument=told.instrument,
            wave=command.wave,
            scores=command.scores,
            occurred=command.occurred,
            corrects=command.corrects,
        )
    ]


def _require_free(instrument: str, wave: str, others: Iterable[InstrumentEvent]) -> None:
    if any((other.instrument, other.wave) == (instrument, wave) for other in others):
        raise Rejected("already-completed", "It was completed in this wave; correct that instead.")


instrument_decider = Decider(Instruments(), decide, evolve)
INSTRUMENT = StreamType("instrument", instrument_decider, CODEC)
