"""Conditions: which cases a figure is about, by what happened in them and in which order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from analytics.views.cut import Cut, believed, held
from analytics.views.milestones import TABLE as MILESTONES
from analytics.views.said import ANY
from events.occurrence import Precision

_POINT = re.compile(r"([a-z0-9-]+)(:[a-z0-9-]+)?(\.[a-z0-9-]+=[a-z0-9-]+)?")
_BEFORE = "<"

Known = Mapping[str, frozenset[str]]
"""What may be asked for, and what each may be followed by."""


class Strange(ValueError):
    """A text that nobody can be asked for; its message says what is wrong with it."""


def _any(end: str) -> str:
    """The field alone, where nobody here knows what it may say."""
    return f"{end.partition('=')[0]}={ANY}"


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone (`name`), with its outcome (`name:outcome`), saying this (`name.field=value`)."""

    milestone: str
    outcome: str | None = None
    said: str | None = None

    @classmethod
    def parse(cls, text: str, known: Known) -> Self:
        """Raises Strange."""
        found = _POINT.fullmatch(text)
        if not found or found[1] not in known:
            raise Strange(f"must be one of: {', '.join(sorted(known))}")
        ends = {end for end in found.groups()[1:] if end}
        if strange := {end for end in ends if not {end, _any(end)} & known[found[1]]}:
            may = ", ".join(sorted(known[found[1]])) or "nothing"
            raise Strange(f"{found[1]} may be followed by {may}; not by {', '.join(strange)}")
        outcome, said = (end[1:] if end else None for end in found.groups()[1:])
        return cls(found[1], outcome, said)

    def reached(self, cut: Cut) -> Select[Any]:
        """One row for each key that has reached it: the first time that it did."""
        table = MILESTONES.alias()
        first = select(table).where(
            table.c.milestone == self.milestone,
            table.c.happened_at <= cut.as_of,
            believed(table, cut),
        )
        if self.outcome is None and self.said is None:
            return first.where(table.c.first)
        if self.outcome:
            first = first.where(table.c.outcome == self.outcome)
        if self.said:
            first = first.where(literal(self.said) == table.c.said.any_())
        once = first.ext(distinct_on(table.c.key))
        return once.order_by(table.c.key, table.c.happened_at, table.c.event)


@dataclass(frozen=True, slots=True)
class Condition:
    """That a point was reached or, with `before`, that it was reached before that one was."""

    point: Point
    before: Point | None = None

    @classmethod
    def parse(cls, text: str, known: Known) -> Self:
        """Raises Strange."""
        point, before, later = text.partition(_BEFORE)
        return cls(Point.parse(point, known), Point.parse(later, known) if before else None)

    @property
    def milestones(self) -> frozenset[str]:
        return frozenset(point.milestone for point in (self.point, self.before) if point)

    def keys(self, cut: Cut) -> Select[UUID]:
        """Where one of two dates is not known to the day, nobody can say which came first."""
        point = self.point.reached(cut).subquery()
        if self.before is None:
            return select(point.c.key)
        later = self.before.reached(cut).subquery()
        at_once = and_(
            point.c.day == later.c.day,
            point.c.precision == Precision.INSTANT,
            later.c.precision == Precision.INSTANT,
            point.c.happened_at < later.c.happened_at,
        )
        earlier = or_(point.c.day < later.c.day, at_once)
        return select(point.c.key).join(later, point.c.key == later.c.key).where(earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Those for which all of `among` and none of `without` hold."""

    cut: Cut
    among: tuple[Condition, ...] = field(default=())
    without: tuple[Condition, ...] = field(default=())

    def holds(self, key: ColumnElement[UUID]) -> list[ColumnElement[bool]]:
        inside = [key.in_(condition.keys(self.cut)) for condition in self.among]
        return [*inside, *(key.not_in(condition.keys(self.cut)) for condition in self.without)]

    def keys(self) -> Select[UUID]:
        """Each once; needs something in `among`."""
        first = self.among[0].keys(self.cut).subquery()
        return select(first.c.key).where(*self.holds(first.c.key)[1:])

    def held(self, table: FromClause) -> list[ColumnElement[bool]]:
        """The rows of a table about these cases that held."""
        return [held(table, self.cut), table.c.key.in_(self.keys())]

    def split(self, by: Condition) -> tuple["Cases", "Cases"]:
        """Those for which the condition holds, and the others."""
        others = replace(self, without=(*self.without, by))
        return replace(self, among=(*self.among, by)), others

    def count(self) -> Select[int]:
        return select(func.count().label("n")).select_from(self.keys().subquery())

    @property
    def milestones(self) -> frozenset[str]:
        """All that the conditions name."""
        return frozenset().union(*(c.milestones for c in (*self.among, *self.without)))
