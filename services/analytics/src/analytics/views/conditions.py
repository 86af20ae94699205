"""Conditions: which cases a figure is about, by what happened in them and in which order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from analytics.views.cut import Cut, believed, held
from analytics.views.milestones import CLOSING, Askable, Kind
from analytics.views.milestones import TABLE as MILESTONES
from analytics.views.said import ANY
from events.occurrence import Precision

_POINT = re.compile(r"([a-z0-9-]+)(:[\w-]+)?(\.[\w-]+=[\w-]+)?", re.ASCII)
_BEFORE = "<"

Known = Mapping[str, Askable]
"""What may be asked for."""


class Strange(ValueError):
    """A text that nobody can be asked for; its message says what is wrong with it."""


def _any(end: str) -> str:
    """The field alone, where nobody here knows what it may say."""
    return f"{end.partition('=')[0]}={ANY}"


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone (`name`), with its outcome (`name:outcome`), saying this (`name.field=value`).

    `tracks`: the kinds of track of which it is a step; none for what happens in the case itself.
    """

    milestone: str
    outcome: str | None = None
    said: str | None = None
    tracks: frozenset[Kind] = frozenset()

    @classmethod
    def parse(cls, text: str, known: Known) -> Self:
        """Raises Strange."""
        if _BEFORE in text:
            raise Strange(f"must be one point, not an order of two: {text}")
        found = _POINT.fullmatch(text)
        if not found or found[1] not in known:
            raise Strange(f"must be one of: {', '.join(sorted(known))}")
        ends, may = {end for end in found.groups()[1:] if end}, known[found[1]].ends
        if strange := {end for end in ends if not {end, _any(end)} & may}:
            listed = ", ".join(sorted(may)) or "nothing"
            raise Strange(f"{found[1]} may be followed by {listed}; not by {', '.join(strange)}")
        outcome, said = (end[1:] if end else None for end in found.groups()[1:])
        return cls(found[1], outcome, said, known[found[1]].tracks)

    def beside(self, other: "Point", cut: Cut) -> bool:
        """Whether both are steps of the same kinds of track, so that they go together in each.

        Not where only one is a step of some other kind too: its tracks could never have both.
        """
        own, others = (
            {kind for kind in point.tracks if cut.programme in (None, kind[0])}
            for point in (self, other)
        )
        return bool(own) and own == others

    def reached(self, cut: Cut, *, per_track: bool = False) -> Select[Any]:
        """One row for each key, or each track, that has reached it: the first time that it did."""
        table, happened = self._happened(cut)
        if per_track or self.outcome or self.said:
            return _first(table, happened, per_track=per_track)
        return happened.where(table.c.first)

    def ended(self, cut: Cut, *, per_track: bool = False) -> Select[Any]:
        """The same, but a closing counts only until the case opens again; of it key and day.

        The closing of a spell that is named (`case-closed.spell=1`) always counts.
        """
        if self.milestone != CLOSING or (self.said or "").startswith("spell="):
            return self.reached(cut, per_track=per_track)
        table, happened = self._happened(cut)
        stands = or_(table.c.reopened_at.is_(None), table.c.reopened_at > cut.as_of)
        first = func.min(table.c.day).label("day")
        return happened.where(stands).with_only_columns(table.c.key, first).group_by(table.c.key)

    def _happened(self, cut: Cut) -> tuple[FromClause, Select[Any]]:
        """The milestones by then, and each time that it was reached."""
        table = MILESTONES.alias()
        happened = select(table).where(
            table.c.milestone == self.milestone,
            table.c.happened_at <= cut.as_of,
            believed(table, cut),
        )
        if self.outcome:
            happened = happened.where(table.c.outcome == self.outcome)
        if self.said:
            happened = happened.where(literal(self.said) == table.c.said.any_())
        return table, happened


def _first(table: FromClause, told: Select[Any], *, per_track: bool = False) -> Select[Any]:
    once = (table.c.key, table.c.track_id) if per_track else (table.c.key,)
    return told.ext(distinct_on(*once)).order_by(*once, table.c.happened_at, table.c.event)


def same(first: FromClause, second: FromClause, *, per_track: bool) -> ColumnElement[bool]:
    """Whether two that were reached belong together: of one case or, if so asked, of one track."""
    case = first.c.key == second.c.key
    return and_(case, first.c.track_id == second.c.track_id) if per_track else case


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
        """Each once. Of two steps of one kind of track, those of one track are compared.

        Where one of two dates is not known to the day, nobody can say which came first.
        """
        per_track = self.before is not None and self.point.beside(self.before, cut)
        point = self.point.reached(cut, per_track=per_track).subquery()
        if self.before is None:
            return select(point.c.key)
        later = self.before.reached(cut, per_track=per_track).subquery()
        at_once = and_(
            point.c.day == later.c.day,
            point.c.precision == Precision.INSTANT,
            later.c.precision == Precision.INSTANT,
            point.c.happened_at < later.c.happened_at,
        )
        earlier = or_(point.c.day < later.c.day, at_once)
        found = select(point.c.key).join(later, same(point, later, per_track=per_track))
        return (found.distinct() if per_track else found).where(earlier)


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
