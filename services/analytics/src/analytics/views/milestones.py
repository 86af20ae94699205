"""Milestones: when each kind of event first happened in a case, whatever the event is called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Index, Text, Uuid

from analytics.log import Fact
from events.contracts import registry
from events.contracts.casefile import CaseOpened
from events.contracts.intake import CandidateIdentified, ReferralMade
from events.history import happened, placed
from events.occurrence import UNKNOWN, Occurred, Precision, civil_day
from events.views import Row, View
from programmes import Programmes

STANDS_FOR = {"activity-corrected": "activity-logged"}
"""A correction that is published under a name of its own takes the place of the corrected."""

Stating = CandidateIdentified | ReferralMade

Origins = Mapping[tuple[str, int], str]
"""By programme and version: what brings people to it, such as `incident`."""


def milestone_of(type_: str) -> str:
    """The short event name in a full type such as `leidraad.casefile.case-opened.v1`."""
    event = type_.split(".")[2]
    return STANDS_FOR.get(event, event)


def rows_with(origins: Origins) -> Callable[[UUID, Sequence[Fact]], list[Row]]:
    """The rows of a key, where programmes name their origin as in `origins`."""

    def rows(_key: UUID, facts: Sequence[Fact]) -> list[Row]:
        whose = {
            "programme": next((p for f in facts if (p := f.metadata.programme)), None),
            "organisation": next((o for f in facts if (o := _organisation(f))), None),
        }
        last_first = reversed(list(placed(facts)))
        firsts = {milestone_of(fact.type): (at, fact) for at, fact in last_first}
        steps = [_row(m, fact, fact.occurred, at) for m, (at, fact) in firsts.items()]
        return [{**whose, **row} for row in [*steps, *_origin(facts, origins)]]

    return rows


def _row(milestone: str, fact: Fact, occurred: Occurred, at: datetime) -> Row:
    return {
        "milestone": milestone,
        "event": fact.id,
        "happened_at": at,
        "day": _day(occurred),
        "precision": occurred.precision,
    }


def _origin(facts: Sequence[Fact], origins: Origins) -> list[Row]:
    """What brought them here did happen, even if nobody knows when; who said it last knows best."""
    stated = [
        (fact, _stated(fact.event.origin)) for fact in facts if isinstance(fact.event, Stating)
    ]
    if not stated:
        return []
    known = [(fact, origin) for fact, origin in stated if origin.at]
    fact, origin = known[-1] if known else stated[0]
    programme, version = fact.metadata.programme, fact.metadata.programme_version
    name = origins.get((programme, version)) if programme and version else None
    return [_row(name, fact, origin, origin.at or happened(fact))] if name else []


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
    1,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("milestone", Text, nullable=False),
    Column("event", Uuid, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("day", Date),
    Column("precision", Text, nullable=False),
    Index("milestones_v1_milestone", "milestone", "happened_at"),
    Index("milestones_v1_key_milestone", "key", "milestone"),
    types=None,
    rows=rows_with({}),
    held=False,
)
"""Without the origins, which programmes name."""
TABLE = MILESTONES.table


def milestones(programmes: Programmes) -> View:
    origins = {(d.code, d.version): d.origin.code for d in programmes.definitions}
    return replace(MILESTONES, rows=rows_with(origins))


def milestone_names(programmes: Programmes) -> frozenset[str]:
    """All that may be asked for: what is published, and where programmes begin."""
    published = frozenset(map(milestone_of, registry(programmes.track_steps())))
    return published | {d.origin.code for d in programmes.definitions}
