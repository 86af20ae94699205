"""Milestones: when each kind of event happened in a case, whatever the event is called."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Index, Text, Uuid

from analytics.log import Fact
from analytics.views.said import any_of, said_by
from events.contracts import registry
from events.contracts.casefile import CaseOpened, TrackStepRecorded
from events.contracts.intake import CandidateIdentified, ReferralMade
from events.history import happened, placed
from events.occurrence import UNKNOWN, Occurred, Precision, civil_day
from events.views import Row, View
from programmes import Programmes, codes
from programmes.model import Definition
from programmes.track import Step

STANDS_FOR = {
    "activity-corrected": "activity-logged",
    "instrument-corrected": "instrument-completed",
}
"""A correction that is published under a name of its own takes the place of the corrected."""

Stating = CandidateIdentified | ReferralMade


@dataclass(frozen=True, slots=True)
class Names:
    """What a programme calls its origin, such as `incident`, and its groups of steps by event."""

    origin: str
    groups: Mapping[str, tuple[str, ...]]


Named = Mapping[tuple[str, int], Names]
"""By programme and version."""

YES_NO = ("yes", "no", "unknown")


def milestone_of(type_: str) -> str:
    """The short event name in a full type such as `leidraad.casefile.case-opened.v1`."""
    event = type_.split(".")[2]
    return STANDS_FOR.get(event, event)


def rows_with(named: Named) -> Callable[[UUID, Sequence[Fact]], list[Row]]:
    """The rows of a key, where programmes name their origin and groups of steps as in `named`."""

    def rows(_key: UUID, facts: Sequence[Fact]) -> list[Row]:
        whose = {
            "programme": next((p for f in facts if (p := f.metadata.programme)), None),
            "organisation": next((o for f in facts if (o := _organisation(f))), None),
        }
        return [{**whose, **row} for row in [*_happened(facts, named), *_origin(facts, named)]]

    return rows


def _happened(facts: Sequence[Fact], named: Named) -> Iterator[Row]:
    """Of events and groups the first, and each that says something new; of steps all."""
    seen: set[str] = set()
    heard: set[tuple[str, ...]] = set()
    for at, fact in placed(facts):
        name = milestone_of(fact.type)
        step = _step(fact.event) if isinstance(fact.event, TrackStepRecorded) else None
        said = step["said"] if step else said_by(fact.event)
        if step or name not in seen or (name, *said) not in heard:
            told = {**_row(name, fact, fact.occurred, at), "said": said}
            yield {**told, **(step or {}), "first": name not in seen}
            seen.add(name)
            heard.add((name, *said))
        for group in _groups(fact, name, named):
            if group not in seen:
                yield _row(group, fact, fact.occurred, at)
                seen.add(group)


def _step(event: TrackStepRecorded) -> Row:
    """Of what it says the codes, as `field=value`: they can be counted."""
    return {
        "track": event.track,
        "step": event.step,
        "outcome": event.outcome,
        "said": [
            f"{name.replace('_', '-')}={code}"
            for name, value in event.data
            for code in (value if isinstance(value, tuple) else (value,))
            if isinstance(code, str)
        ],
    }


def _groups(fact: Fact, name: str, named: Named) -> Sequence[str]:
    names = _names(fact, named)
    return names.groups.get(name, ()) if names else ()


def _names(fact: Fact, named: Named) -> Names | None:
    return named.get((fact.metadata.programme or "", fact.metadata.programme_version or 0))


def _row(milestone: str, fact: Fact, occurred: Occurred, at: datetime) -> Row:
    return {
        "milestone": milestone,
        "first": True,
        "said": [],
        "event": fact.id,
        "happened_at": at,
        "day": _day(occurred),
        "precision": occurred.precision,
    }


def _origin(facts: Sequence[Fact], named: Named) -> list[Row]:
    """What brought them here did happen, even if nobody knows when; who said it last knows best."""
    stated = [
        (fact, _stated(fact.event.origin)) for fact in facts if isinstance(fact.event, Stating)
    ]
    if not stated:
        return []
    known = [(fact, origin) for fact, origin in stated if origin.at]
    fact, origin = known[-1] if known else stated[0]
    names = _names(fact, named)
    return [_row(names.origin, fact, origin, origin.at or happened(fact))] if names else []


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


def _day(occurred: Occurred) -> object:
    """The civil day; None where the date is not known to the day."""
    if occurred.at is None or occurred.precision not in {Precision.INSTANT, Precision.DAY}:
        return None
    return civil_day(occurred.at)


MILESTONES = View.of(
    "milestones",
    3,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("milestone", Text, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("track", Text),
    Column("step", Text),
    Column("outcome", Text),
    Column("said", ARRAY(Text), nullable=False),
    Column("event", Uuid, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("day", Date),
    Column("precision", Text, nullable=False),
    Index("milestones_v3_milestone", "milestone", "happened_at"),
    Index("milestones_v3_key_milestone", "key", "milestone"),
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
    return {step.publishes: step.groups for step in _steps([definition]) if step.groups}


def milestone_names(programmes: Programmes) -> Mapping[str, frozenset[str]]:
    """All that may be asked for, and what each may end in (`:held`) and say (`.attended=yes`).

    It is what is published, where programmes begin, and their groups of steps.
    """
    known = registry(programmes.track_steps())
    names = {milestone_of(type_) for type_ in known}
    for definition in programmes.definitions:
        names |= {definition.origin.code, *codes(definition.step_groups)}
    ends: dict[str, frozenset[str]] = dict.fromkeys(names, frozenset())
    for type_, contract in known.items():
        ends[milestone_of(type_)] |= any_of(contract)
    for step in _steps(programmes.definitions):
        ends[step.publishes] |= frozenset(_ends(step))
    return ends


def _steps(definitions: Iterable[Definition]) -> Iterator[Step]:
    return (step for d in definitions for track in d.tracks for step in track.steps)


def _ends(step: Step) -> Iterator[str]:
    yield from (f":{outcome}" for outcome in codes(step.outcomes))
    for field in (field for field in step.fields if field.published):
        answers = YES_NO if field.type == "yes-no" else codes(field.terms)
        yield from (f".{field.code}={answer}" for answer in answers)
