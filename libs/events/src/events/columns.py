"""The columns of a view that say when a row held, and the conditions on both of its ranges."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

from events.history import FOREVER

_HELD = ("held_from", "held_until")
_LAST = FOREVER - timedelta(microseconds=1)
_BELIEVED = ("believed_from", "believed_until")
_NOW = text("held_until = 'infinity' and believed_until = 'infinity'")


def held_columns(table: str) -> tuple[Column[Any] | Index, ...]:
    """The range of time in which a row held, and the index that finds the rows of a past day."""
    return (
        Column(_HELD[0], DateTime(timezone=True), nullable=False),
        Column(_HELD[1], DateTime(timezone=True), nullable=False),
        Index(f"{table}_held", _range(*_HELD), _range(*_BELIEVED), postgresql_using="gist"),
    )


def now_indexes(table: str, order: str, *columns: str) -> Iterator[Index]:
    """For lists of what holds now: each in the order of a column of ids, one column filtered."""
    yield Index(f"{table}_now", order, postgresql_where=_NOW)
    for column in columns:
        yield Index(f"{table}_now_{column}", column, order, postgresql_where=_NOW)


def now_containing(table: str, column: str) -> Index:
    """For lists of what holds now, filtered by one element of an array."""
    return Index(f"{table}_now_{column}", column, postgresql_using="gin", postgresql_where=_NOW)


def known_indexes(table: str, *columns: str) -> Iterator[Index]:
    """For figures over all that held at a time, as is known now: one alone answers `lasting_at`.

    Of a late time the first, of an early one the second; each in order of one end only, for by two
    PostgreSQL 18 means to skip, and then has no parallel plan.
    """
    known = text("believed_until = 'infinity'")
    for name, end, other in ((f"{table}_known", *reversed(_HELD)), (f"{table}_since", *_HELD)):
        include = (other, *columns)
        yield Index(name, text(end), postgresql_include=include, postgresql_where=known)


def held_at(table: FromClause, as_of: datetime) -> ColumnElement[bool]:
    return _contains(table, _HELD, as_of)


def lasting_at(table: FromClause, as_of: datetime) -> ColumnElement[bool]:
    """The same by its two ends: less work for each of many rows; no index of ranges is used."""
    since, until = (table.c[end] for end in _HELD)
    if as_of >= _LAST:
        return until == text("'infinity'")
    return and_(since <= as_of, until > as_of)


def believed_at(table: FromClause, known_at: datetime) -> ColumnElement[bool]:
    return _contains(table, _BELIEVED, known_at)


def _range(lower: str, upper: str) -> TextClause:
    return text(f"tstzrange({lower}, {upper})")


def _contains(table: FromClause, ends: tuple[str, str], moment: datetime) -> ColumnElement[bool]:
    """A range that goes on ends with time itself, and yet covers all that is asked.

    What is asked most, the end of time, is told so that the server knows how many rows there are.
    """
    lower, upper = (table.c[end] for end in ends)
    if moment >= _LAST:
        return upper == text("'infinity'")
    within = func.tstzrange(lower, upper, type_=TSTZRANGE)
    return within.contains(literal(moment, DateTime(timezone=True)))
