"""Tracks: in how many cases and tracks each step happened, how it ended, and what it said.

A case with two claims that ended differently counts under both outcomes.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, FromClause, Select, distinct, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from analytics.views.conditions import Cases
from analytics.views.cut import believed
from analytics.views.milestones import TABLE as MILESTONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    cases: Cases
    track: str | None


STEP = ("track", "step", "milestone")


def steps(choice: Choice) -> Select[*tuple[object, ...]]:
    """How many cases and tracks have each step."""
    last = _last(choice)
    return _counted(last, *(last.c[name] for name in STEP))


def outcomes(choice: Choice) -> Select[*tuple[object, ...]]:
    """How many have each outcome of each step; null where the step has none."""
    last = _last(choice)
    return _counted(last, *(last.c[name] for name in STEP), last.c.outcome)


def answers(choice: Choice) -> Select[*tuple[object, ...]]:
    """How many have each `field=value` of each step."""
    last = _last(choice)
    names = (*STEP, "key", "track_id")
    told = select(*(last.c[name] for name in names), func.unnest(last.c.said).label("said"))
    said = told.subquery()
    return _counted(said, *(said.c[name] for name in (*STEP, "said")))


def _counted(told: FromClause, *groups: ColumnElement[Any]) -> Select[*tuple[object, ...]]:
    """A case with several tracks of one kind counts once in each group, and each of them counts."""
    cases, tracks = (func.count(distinct(told.c[name])) for name in ("key", "track_id"))
    counted = select(*groups, cases.label("cases"), tracks.label("tracks"))
    return counted.group_by(*groups).order_by(*groups)


def _last(choice: Choice) -> CTE:
    """Each step of each track as it went the last time: what came before was superseded."""
    table, cut = MILESTONES, choice.cases.cut
    steps = select(table).where(
        table.c.track.is_not(None) if choice.track is None else table.c.track == choice.track,
        table.c.happened_at <= cut.as_of,
        table.c.key.in_(choice.cases.keys()),
        believed(table, cut),
    )
    once = (table.c.key, table.c.track, table.c.track_id, table.c.step)
    last = steps.ext(distinct_on(*once)).order_by(
        *once, table.c.happened_at.desc(), table.c.event.desc()
    )
    return last.cte("last")


def events(choice: Choice) -> Select[UUID]:
    return select(_last(choice).c.event)
