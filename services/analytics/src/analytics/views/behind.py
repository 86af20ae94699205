"""The events behind a figure, and how far what each service published has been taken in."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array

from analytics.log import SOURCES, sortable
from analytics.views.cut import Cut
from events.schema import EVENTS

SOURCE = literal_column("(events.data->>'source')", Text)
SOURCE_POSITION = literal_column("(events.data->>'position')::bigint", BigInteger)
INSTANT = DateTime(timezone=True)
_RECORDED = literal_column("(events.data->>'recordedAt')", Text)
RECORDED_AT = cast(_RECORDED, INSTANT)
SORTABLE = _RECORDED.collate("C")


Concern = ColumnElement[bool]
"""Which events a figure is made of."""


def watermarks(cut: Cut, position: int) -> Select[*tuple[Any, ...]]:
    """The last event of each source among those up to a position that were recorded in time."""
    sources = func.unnest(array(SOURCES)).table_valued("source").render_derived("sources")
    last = (
        select(SOURCE_POSITION.label("position"), RECORDED_AT.label("recorded_at"))
        .where(
            sources.c.source == SOURCE,
            sortable(cut.known_at) >= SORTABLE,
            EVENTS.c.position <= position,
        )
        .order_by(SORTABLE.desc())
        .limit(1)
        .select_from(EVENTS)
        .correlate(sources)
        .lateral("last")
    )
    return (
        select(sources.c.source, last.c.position, last.c.recorded_at)
        .select_from(sources.join(last, true()))
        .order_by(sources.c.source)
    )


def of_keys(keys: Select[UUID], types: Collection[str], cut: Cut) -> Concern:
    """What of these types had happened, and concerns these keys.

    What a correction replaced is there too; the correction names it.
    """
    happened = func.coalesce(EVENTS.c.occurred_at, RECORDED_AT) <= cut.as_of
    return and_(EVENTS.c.key.in_(keys), EVENTS.c.type.in_(types), happened)


def among(events: Select[UUID]) -> Concern:
    return EVENTS.c.id.in_(events)


def behind(concern: Concern, cut: Cut, *, after: int, limit: int) -> Select[*tuple[Any, ...]]:
    """The events that had been recorded in time, in the order in which they came in."""
    return (
        select(
            EVENTS.c.position,
            EVENTS.c.id,
            EVENTS.c.type,
            EVENTS.c.key,
            EVENTS.c.occurred_at,
            EVENTS.c.occurred_precision,
            EVENTS.c.corrects,
            SOURCE.label("source"),
            SOURCE_POSITION.label("source_position"),
            RECORDED_AT.label("recorded_at"),
        )
        .where(concern, EVENTS.c.position > after, sortable(cut.known_at) >= SORTABLE)
        .order_by(EVENTS.c.position)
        .limit(limit)
    )
