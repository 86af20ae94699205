"""Exports: the rows of a view as they held and were known, all rows of a case together."""

from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, select

from analytics.views.cut import Cut, believed, held

_TIMES = {"held_from", "held_until", "believed_from", "believed_until", "reopened_at"}
_TWICE = {"alike"}


def columns(table: Table) -> list[Column[object]]:
    """What a row says, once; not when it held, was believed or ended, which may be after `asOf`."""
    return [column for column in table.columns if column.name not in _TIMES | _TWICE]


def rows(table: Table, cut: Cut, *, after: UUID | None, cases: int) -> Select[*tuple[object, ...]]:
    """All rows of the next so many keys."""
    standing = [_standing(table, cut), *([table.c.key > after] if after else [])]
    keys = select(table.c.key).where(*standing).distinct().order_by(table.c.key).limit(cases)
    shown = columns(table)
    return select(*shown).where(*standing, table.c.key.in_(keys)).order_by(*shown)


def _standing(table: Table, cut: Cut) -> ColumnElement[bool]:
    """Rows say either when they held or when what they tell of happened."""
    if "held_from" in table.c:
        return held(table, cut)
    return believed(table, cut) & (table.c.happened_at <= cut.as_of)
