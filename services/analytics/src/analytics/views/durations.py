"""Durations: the days between two milestones of each case or track that has reached the first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)

from analytics.views.conditions import Cases, Condition, Point, same
from analytics.views.cut import believed
from analytics.views.milestones import CLOSING, REOPENING
from analytics.views.milestones import TABLE as MILESTONES
from events.occurrence import Precision

PARTS = 6
COUNTED = ("population", "open", "undated")
BOUNDS = text(f"""select unnest(histogram_bounds::text::uuid[]) as key from pg_stats
    where schemaname = 'public' and tablename = '{MILESTONES.name}' and attname = 'key'""")  # noqa: S608
"""Keys with as many between each two, as far as the server has found out: none of a small table."""

Keys = tuple[UUID, UUID]
"""A range, ends included."""


class Open(StrEnum):
    """What becomes of cases that have not reached the second milestone by the cut-off date."""

    CUT = "cut"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From where to where, of which cases; `since` and `until` limit when the first one was.

    `per_track`: within each track of these cases, of which both are steps; not within the case.
    """

    cases: Cases
    start: Point
    finish: Point
    since: datetime | None
    until: datetime | None
    open: Open
    per_track: bool = False

    def within(self, keys: Keys) -> "Span":
        """Of the keys in a range, ends included."""
        cut = replace(self.cases.cut, keys=keys)
        return replace(self, cases=replace(self.cases, cut=cut))

    def split(self, by: Condition) -> tuple["Span", "Span"]:
        """Of those for which the condition holds, and of the others."""
        holding, others = self.cases.split(by)
        return replace(self, cases=holding), replace(self, cases=others)


def counts(span: Span, parts: Iterable[Keys]) -> Select[*tuple[object, ...]]:
    """How many there are of each number of days; to put them all in order would take longer.

    To walk two indexes side by side is the work of one process: several may count parts at once.
    """
    counted = union_all(*(_counts(span.within(keys)) for keys in parts)).subquery()
    sums = (cast(func.sum(counted.c[name]), Integer).label(name) for name in COUNTED)
    return select(counted.c.days, *sums).group_by(counted.c.days)


def parts(bounds: Sequence[UUID]) -> list[Keys]:
    """All keys, in parts of about as many, given some that divide them evenly."""
    chosen = [bounds[n * len(bounds) // PARTS] for n in range(1, PARTS)] if bounds else []
    ends = [0, *sorted({key.int for key in chosen} - {0}), 2**128]
    return [(UUID(int=first), UUID(int=last - 1)) for first, last in pairwise(ends)]


def _counts(span: Span) -> Select[*tuple[object, ...]]:
    pairs = measured(span).subquery()
    return select(
        pairs.c.days,
        func.count().label("population"),
        func.count().filter(pairs.c.open).label("open"),
        func.count().filter(pairs.c.undated).label("undated"),
    ).group_by(pairs.c.days)


def measured(span: Span) -> Select[Any]:
    """One row per case, or track, that has reached the first milestone."""
    cut, per_track = span.cases.cut, span.per_track
    reached = span.start.reached(cut, per_track=per_track).subquery()
    start = select(reached).where(*_population(reached, span)).subquery()
    finish = span.finish.ended(cut, per_track=per_track).subquery()
    still_open = finish.c.key.is_(None)
    last = case((still_open, _last_day(span)), else_=finish.c.day)
    undated = or_(start.c.day.is_(None), and_(~still_open, finish.c.day.is_(None)))
    return select(
        start.c.key,
        (last - start.c.day).label("days"),
        still_open.label("open"),
        undated.label("undated"),
    ).select_from(start.outerjoin(finish, same(start, finish, per_track=per_track)))


def _last_day(span: Span) -> ColumnElement[Any]:
    day = literal(span.cases.cut.last_day, MILESTONES.c.day.type)
    return day if span.open is Open.CUT else null()


def _population(start: FromClause, span: Span) -> list[ColumnElement[bool]]:
    """Those with the first milestone; nobody can say that an unknown date is too early or late."""
    at, unknown = start.c.happened_at, start.c.precision == Precision.UNKNOWN
    conditions = span.cases.holds(start.c.key)
    if span.since:
        conditions.append(or_(at >= span.since, unknown))
    if span.until:
        conditions.append(or_(at <= span.until, unknown))
    return conditions


def events(span: Span) -> Select[UUID]:
    """The events that are the milestones of the cases in the figure, and what ended a closing."""
    cut = span.cases.cut
    population = select(measured(span).subquery().c.key)
    ends = {span.start.milestone, span.finish.milestone}
    if CLOSING in ends:
        ends.add(REOPENING)
    return select(MILESTONES.c.event).where(
        MILESTONES.c.milestone.in_(ends | span.cases.milestones),
        MILESTONES.c.happened_at <= cut.as_of,
        MILESTONES.c.key.in_(population),
        believed(MILESTONES, cut),
    )
