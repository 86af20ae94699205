"""The two ranges of a view's row: in which it held, and in which we believed that it did."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    Table,
    TextClause,
    func,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

BELIEVED = ("believed_from", "believed_until")
HELD = ("held_from", "held_until")


def held_columns(table: str) -> tuple[Column[Any] | Index, ...]:
    """The range of time in which a row held, and the index that finds the rows of a past day."""
    return (
        Column(HELD[0], DateTime(timezone=True), nullable=False),
        Column(HELD[1], DateTime(timezone=True), nullable=False),
        Index(f"{table}_held", _range(*HELD), _range(*BELIEVED), postgresql_using="gist"),
    )


def held_at(table: Table, as_of: datetime) -> ColumnElement[bool]:
    return _contains(table, HELD, as_of)


def believed_at(table: Table, known_at: datetime) -> ColumnElement[bool]:
    return _contains(table, BELIEVED, known_at)


def _range(lower: str, upper: str) -> TextClause:
    return text(f"tstzrange({lower}, {upper})")


def _contains(table: Table, ends: tuple[str, str], moment: datetime) -> ColumnElement[bool]:
    lower, upper = (table.c[end] for end in ends)
    within = func.tstzrange(lower, upper, type_=TSTZRANGE)
    return within.contains(literal(moment, DateTime(timezone=True)))
