"""Tracks: in how many cases each step happened, how it ended, and what it said."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CTE, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from analytics.views.conditions import Cases
from analytics.views.cut import believed
from analytics.views.milestones import TABLE as MILESTONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    cases: Cases
    track: str | None


STEP = ("track", "step", "milestone")


def outcomes(choice: Choice) -> Select[*tuple[object, ...]]:
    """How many cases have each outcome of each step; null where the step has none."""
    last = _last(choice)
    groups = (*(last.c[name] for name in STEP), last.c.outcome)
    return select(*groups, func.count().label("cases")).group_by(*groups).order_by(*groups)


def answers(choice: Choice) -> Select[*tuple[object, ...]]:
    """How many cases have each `field=value` of each step."""
    last = _last(choice)
    told = select(*(last.c[name] for name in STEP), func.unnest(last.c.said).label("said"))
    said = told.subquery()
    return select(said, func.count().label("cases")).group_by(*said.c).order_by(*said.c)


def _last(choice: Choice) -> CTE:
    """Each step of each case as it went the last time: what came before was superseded."""
    table, cut = MILESTONES, choice.cases.cut
    steps = select(table).where(
        table.c.track.is_not(None) if choice.track is None else table.c.track == choice.track,
        table.c.happened_at <= cut.as_of,
        table.c.key.in_(choice.cases.keys()),
        believed(table, cut),
    )
    once = (table.c.key, table.c.track, table.c.step)
    last = steps.ext(distinct_on(*once)).order_by(
        *once, table.c.happened_at.desc(), table.c.event.desc()
    )
    return last.cte("last")


def events(choice: Choice) -> Select[UUID]:
    return select(_last(choice).c.event)
