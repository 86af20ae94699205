"""Which rows a figure is about: whose they are, when they held, and what was known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    FromClause,
    Index,
    TextClause,
    and_,
    func,
    literal,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

from kit.access import Principal, visible

BELIEVED = ("believed_from", "believed_until")
HELD = ("held_from", "held_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Who asks, for which programme (None: all), as of when, as known when."""

    principal: Principal
    programme: str | None
    as_of: datetime
    known_at: datetime


def held_columns(table: str) -> tuple[Column[Any] | Index, ...]:
    """The range of days in which a row held, and the index that finds the rows of a past day."""
    return (
        Column(HELD[0], DateTime(timezone=True), nullable=False),
        Column(HELD[1], DateTime(timezone=True), nullable=False),
        Index(f"{table}_held", _index(*HELD), _index(*BELIEVED), postgresql_using="gist"),
    )


def _index(lower: str, upper: str) -> TextClause:
    return text(f"tstzrange({lower}, {upper})")


def held(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that held at the cut's moment, as was known then."""
    return and_(_contains(table, HELD, cut.as_of), believed(table, cut))


def believed(table: FromClause, cut: Cut) -> ColumnElement[bool]:
    """The rows that follow from what was known, of those that the principal may see."""
    programme = table.c.programme == cut.programme if cut.programme else true()
    seen = visible(cut.principal, organisation=table.c.organisation, figures=True)
    return and_(_contains(table, BELIEVED, cut.known_at), programme, seen)


def _contains(table: FromClause, ends: tuple[str, str], moment: datetime) -> ColumnElement[bool]:
    lower, upper = (table.c[end] for end in ends)
    within = func.tstzrange(lower, upper, type_=TSTZRANGE)
    return within.contains(literal(moment, DateTime(timezone=True)))
