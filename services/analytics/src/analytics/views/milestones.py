"""Milestones: when each kind of event happened in a case, whatever the event is called."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Index, Text, Uuid

from analytics.log import Fact
from analytics.views.said import YES_NO, any_of, said_by
from analytics.views.words import listed_in
from events.contracts import registry
from events.contracts.casefile import (
    STANDS_FOR,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    TrackStepRecorded,
)
from events.contracts.intake import CandidateIdentified, OriginDated, ReferralMade
from events.history import BEGINNING, happened
from events.occurrence import UNKNOWN, Occurred, Precision
from events.views import Fold, Row, View
from programmes import Programmes, codes
from programmes.model import Definition
from programmes.track import Step

CLOSING, REOPENING = "case-closed", "case-reopened"


@dataclass(frozen=True, slots=True)
class Names:
    """What a programme calls its origin, such as `incident`, and its groups of steps by event."""

    origin: str
    groups: Mapping[str, tuple[str, ...]]


Named = Mapping[tuple[str, int], Names]
"""By programme and version."""

Kind = tuple[str, str]
"""Of a track: the programme, and what that calls it."""


@dataclass(frozen=True, slots=True)
class Askable:
    """What a milestone may be followed by, and the kinds of track of which it is a step."""

    ends: frozenset[str]
    tracks: frozenset[Kind]


@cache
def milestone_of(type_: str) -> str:
    """The short event name in a full type such as `leidraad.casefile.case-opened.v1`."""
    event = type_.split(".")[2]
    return STANDS_FOR.get(event, event)


def rows_with(named: Named) -> Fold:
    """The rows of a key, where programmes name their origin and groups of steps as in `named`."""
    return Fold(lambda _key: _Milestones(named))


class _Milestones:
    """What happened, and what brought them here, of those who said first whose the case is."""

    def __init__(self, named: Named) -> None:
        self._named = named
        self._moment = BEGINNING
        self._whose: Row = {"programme": None, "organisation": None}
        self._seen: set[str] = set()
        self._heard: set[tuple[str, ...]] = set()
        self._steps: list[Row] = []
        self._spell = 0
        self._closed: dict[UUID, int] = {}
        self._origin: Occurred | None = None
        self._dated = BEGINNING
        self._brought: list[Row] = []

    def add(self, fact: Fact) -> None:
        self._moment = max(self._moment, happened(fact))
        if None in self._whose.values():
            self._belongs(fact)
        self._happened(fact)
        match fact.event:
            case (
                CandidateIdentified(origin=origin)
                | OriginDated(origin=origin)
                | ReferralMade(origin=origin)
            ):
                self._state(fact, _stated(origin))
            case CaseClosed(spell=spell):
                self._closed[fact.id] = spell
                self._reopen()
            case CaseOpened(spell=spell) | CaseReopened(spell=spell):
                self._spell = max(self._spell, spell)
                self._reopen()

    def rows(self) -> list[Row]:
        return self._steps + self._brought

    def _belongs(self, fact: Fact) -> None:
        told = {"programme": fact.metadata.programme, "organisation": _organisation(fact)}
        whose = {name: known or told[name] or None for name, known in self._whose.items()}
        if whose != self._whose:
            self._whose = whose
            self._steps = [row | whose for row in self._steps]
            self._brought = [row | whose for row in self._brought]

    def _happened(self, fact: Fact) -> None:
        """Of events and groups the first, and each that says something new; of steps all."""
        name = milestone_of(fact.type)
        step = _step(fact, fact.event) if isinstance(fact.event, TrackStepRecorded) else {}
        said = step["said"] if step else said_by(fact.event)
        if step or name not in self._seen or (name, *said) not in self._heard:
            row = self._row(name, fact, fact.occurred, self._moment)
            self._steps.append({**row, "said": said, **step, "first": name not in self._seen})
            self._heard.add((name, *said))
        self._seen.add(name)
        names = self._names(fact)
        for group in names.groups.get(name, ()) if names else ():
            if group not in self._seen:
                self._steps.append(self._row(group, fact, fact.occurred, self._moment))
                self._seen.add(group)

    def _reopen(self) -> None:
        """A closing of an earlier spell than the last one ends nothing from now on."""
        self._steps = [self._until_now(row) for row in self._steps]

    def _until_now(self, row: Row) -> Row:
        spell = self._closed.get(row["event"], self._spell)
        if spell >= self._spell or row["milestone"] != CLOSING or row.get("reopened_at"):
            return row
        return row | {"reopened_at": self._moment}

    def _state(self, fact: Fact, origin: Occurred) -> None:
        """It did happen, even if nobody knows when; who said it last knows best.

        What was dated late stands, however early that was learnt, until it is told otherwise.
        """
        if fact.recorded_at < self._dated or (self._origin and not origin.at):
            return
        if isinstance(fact.event, OriginDated):
            self._dated = fact.recorded_at
        self._origin = origin
        names = self._names(fact)
        at = origin.at or happened(fact)
        self._brought = [self._row(names.origin, fact, origin, at)] if names else []

    def _names(self, fact: Fact) -> Names | None:
        metadata = fact.metadata
        return self._named.get((metadata.programme or "", metadata.programme_version or 0))

    def _row(self, milestone: str, fact: Fact, occurred: Occurred, at: datetime) -> Row:
        return {
            **self._whose,
            "milestone": milestone,
            "first": True,
            "said": [],
            "event": fact.id,
            "happened_at": at,
            "day": occurred.day,
            "precision": occurred.precision,
        }


def _step(fact: Fact, event: TrackStepRecorded) -> Row:
    """A track is a stream; of what it says the codes, as `field=value`: they can be counted."""
    return {
        "track": event.track,
        "track_id": fact.stream,
        "step": event.step,
        "outcome": event.outcome,
        "said": [
            f"{name.replace('_', '-')}={code}"
            for name, value in event.data
            for code in (value if isinstance(value, tuple) else (value,))
            if isinstance(code, str)
        ],
    }


@lru_cache(maxsize=10_000)
def _stated(origin: str | None) -> Occurred:
    """Remembered: a rebuild meets each origin again with each later fact of its case."""
    try:
        return Occurred.parse(origin or Precision.UNKNOWN)
    except ValueError:
        return UNKNOWN


def _organisation(fact: Fact) -> UUID | None:
    match fact.event:
        case (
            CandidateIdentified(organisation=organisation)
            | ReferralMade(organisation=organisation)
            | CaseOpened(organisation=organisation)
        ):
            return organisation
        case _:
            return None


_LOOKED_AT = (
    *("programme", "organisation", "first", "happened_at", "day", "precision", "reopened_at"),
    *("believed_from", "believed_until"),
)
"""By durations and conditions that name no more than milestones: the index alone answers these."""

MILESTONES = View.of(
    "milestones",
    7,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("milestone", Text, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("track", Text),
    Column("track_id", Uuid),
    Column("step", Text),
    Column("outcome", Text),
    Column("said", ARRAY(Text), nullable=False),
    Column("event", Uuid, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("day", Date),
    Column("precision", Text, nullable=False),
    Column("reopened_at", DateTime(timezone=True)),
    Index("milestones_v7_milestone", "milestone", "key", postgresql_include=_LOOKED_AT),
    types=None,
    rows=rows_with({}),
    held=False,
)
"""Without the names, which programmes give."""
TABLE = MILESTONES.table


def milestones(programmes: Programmes) -> View:
    named = {(d.code, d.version): Names(d.origin.code, _grouped(d)) for d in programmes.definitions}
    return replace(MILESTONES, rows=rows_with(named))


def _grouped(definition: Definition) -> Mapping[str, tuple[str, ...]]:
    return {step.publishes: step.groups for _, step in _of_tracks([definition]) if step.groups}


def milestone_names(programmes: Programmes) -> Mapping[str, Askable]:
    """All that may be asked for, and what each may end in (`:held`) and say (`.attended=yes`).

    It is what is published, where programmes begin, and their groups of steps.
    """
    known = registry(programmes.track_steps())
    names = {milestone_of(type_) for type_ in known}
    answered: dict[str, frozenset[str]] = {
        "activity-logged": frozenset(),
        "case-closed": frozenset(),
    }
    for definition in programmes.definitions:
        names |= {definition.origin.code, *codes(definition.step_groups)}
        answered["activity-logged"] |= codes(definition.treatment_experiences)
        answered["case-closed"] |= codes(definition.closing_checklist)
    ends: dict[str, frozenset[str]] = dict.fromkeys(names, frozenset())
    listed = listed_in(programmes.definitions)
    for type_, contract in known.items():
        name = milestone_of(type_)
        ends[name] |= any_of(contract, {f: c for (of, f), c in listed.items() if of == name})
    for name, questions in answered.items():
        ends[name] |= {f".{question}={answer}" for question in questions for answer in YES_NO}
    tracks: dict[str, frozenset[Kind]] = dict.fromkeys(names, frozenset())
    for kind, step in _of_tracks(programmes.definitions):
        ends[step.publishes] |= frozenset(_ends(step))
        tracks[step.publishes] |= {kind}
    return {name: Askable(ends[name], tracks[name]) for name in names}


def _of_tracks(definitions: Iterable[Definition]) -> Iterator[tuple[Kind, Step]]:
    """Each step with the kind of its track."""
    tracks = ((d.code, track) for d in definitions for track in d.tracks)
    return (((code, track.code), step) for code, track in tracks for step in track.steps)


def _ends(step: Step) -> Iterator[str]:
    yield from (f":{outcome}" for outcome in codes(step.outcomes))
    for field in (field for field in step.fields if field.published):
        answers = YES_NO if field.type == "yes-no" else codes(field.terms)
        yield from (f".{field.code}={answer}" for answer in answers)
