"""Shares: in how many of some cases something happened, in how many not, in how many who knows."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from analytics.views.conditions import Cases, Condition
from analytics.views.cut import believed
from analytics.views.milestones import TABLE as MILESTONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """All of `of` say yes and, where they do not, all of `against` say no."""

    cases: Cases
    of: tuple[Condition, ...]
    against: tuple[Condition, ...]


def counts(asking: Asking) -> Select[*tuple[object, ...]]:
    """One row; what says neither yes nor no is unknown."""
    cut = asking.cases.cut
    cases = asking.cases.keys().cte("cases")
    yes = and_(*(cases.c.key.in_(condition.keys(cut)) for condition in asking.of))
    no = [cases.c.key.in_(condition.keys(cut)) for condition in asking.against]
    said = or_(yes, and_(*no)) if no else yes
    return select(
        func.count().label("n"),
        func.count().filter(yes).label("yes"),
        func.count().filter(~yes, said).label("no"),
        func.count().filter(~said).label("unknown"),
    ).select_from(cases)


def events(asking: Asking) -> Select[UUID]:
    """What the conditions name, in the cases of the figure."""
    cut = asking.cases.cut
    named = frozenset().union(*(c.milestones for c in (*asking.of, *asking.against)))
    return select(MILESTONES.c.event).where(
        MILESTONES.c.milestone.in_(named | asking.cases.milestones),
        MILESTONES.c.happened_at <= cut.as_of,
        MILESTONES.c.key.in_(asking.cases.keys()),
        believed(MILESTONES, cut),
    )
