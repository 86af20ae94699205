"""Durations: the days between two milestones of each case that has reached the first of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from analytics.views.cut import Cut, believed
from analytics.views.milestones import TABLE as MILESTONES
from events.occurrence import Precision


class Open(StrEnum):
    """What becomes of cases that have not reached the second milestone by the cut-off date."""

    CUT = "cut"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From where to where, of which cases; `since` and `until` limit when the first one was."""

    cut: Cut
    start: str
    finish: str
    among: str | None
    since: datetime | None
    until: datetime | None
    open: Open


def statistics(span: Span) -> Select[*tuple[object, ...]]:
    """One row: how many cases, how many of them measured, and what their days are like."""
    pairs = _pairs(span)
    days = pairs.c.days
    return select(
        func.count().label("population"),
        func.count(days).label("n"),
        func.count().filter(pairs.c.open).label("open"),
        func.count().filter(pairs.c.undated).label("undated"),
        cast(func.avg(days), Float).label("mean"),
        func.min(days).label("min"),
        _quantile(0.25, days).label("lower_quartile"),
        _quantile(0.5, days).label("median"),
        _quantile(0.75, days).label("upper_quartile"),
        func.max(days).label("max"),
    )


def _quantile(share: float, days: ColumnElement[int]) -> ColumnElement[float]:
    return func.percentile_cont(literal(share, Float)).within_group(days)


def _pairs(span: Span) -> CTE:
    start = select(MILESTONES).where(*_population(span)).cte("start")
    finish = select(MILESTONES).where(_reached(span.finish, span.cut)).cte("finish")
    still_open = finish.c.key.is_(None)
    last = case((still_open, _last_day(span)), else_=finish.c.day)
    undated = or_(start.c.day.is_(None), and_(~still_open, finish.c.day.is_(None)))
    return (
        select(
            (last - start.c.day).label("days"),
            still_open.label("open"),
            undated.label("undated"),
        )
        .select_from(start.outerjoin(finish, start.c.key == finish.c.key))
        .cte("pairs")
    )


def _last_day(span: Span) -> ColumnElement[Any]:
    return literal(span.cut.last_day, MILESTONES.c.day.type) if span.open is Open.CUT else null()


def _reached(milestone: str, cut: Cut) -> ColumnElement[bool]:
    return and_(
        MILESTONES.c.milestone == milestone,
        MILESTONES.c.happened_at <= cut.as_of,
        believed(MILESTONES, cut),
    )


def _population(span: Span) -> list[ColumnElement[bool]]:
    """Cases with the first milestone; nobody can say that an unknown date is too early or late."""
    at, unknown = MILESTONES.c.happened_at, MILESTONES.c.precision == Precision.UNKNOWN
    conditions = [_reached(span.start, span.cut)]
    if span.among:
        conditions.append(MILESTONES.c.key.in_(_keys(span.among, span.cut)))
    if span.since:
        conditions.append(or_(at >= span.since, unknown))
    if span.until:
        conditions.append(or_(at <= span.until, unknown))
    return conditions


def _keys(milestone: str, cut: Cut) -> Select[UUID]:
    among = MILESTONES.alias("among")
    return select(among.c.key).where(
        among.c.milestone == milestone,
        among.c.happened_at <= cut.as_of,
        believed(among, cut),
    )


def events(span: Span) -> Select[UUID]:
    """The events that are the milestones of the cases in the figure."""
    population = select(MILESTONES.c.key).where(*_population(span))
    named = MILESTONES.alias("named")
    return select(named.c.event).where(
        named.c.milestone.in_({span.start, span.finish, span.among} - {None}),
        named.c.happened_at <= span.cut.as_of,
        named.c.key.in_(population),
        believed(named, span.cut),
    )
