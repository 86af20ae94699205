"""Views: rows that answer a question, computed from all facts of a key, for every time we knew something else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Uuid

from events.history import FOREVER, facts, happened
from events.store import Recorded

Row = dict[str, Any]
Rows = Callable[[UUID, Sequence[Recorded[Any]]], list[Row]]
"""Pure: the facts of one key, in the order of happening, to the rows that follow from them."""

S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, eq=False)
class View:
    """A read model: `types` are the stored names that it reads (None: all), `table` is made by `view_table`."""

    name: str
    version: int
    table: Table
    types: frozenset[str] | None
    rows: Rows


def view_table(name: str, version: int, *columns: Column[Any] | Index) -> Table:
    """The table of a view: its own columns, the key, and the range in which we believed the row."""
    return Table(
        f"{name}_v{version}",
        MetaData(),
        Column("key", Uuid, nullable=False, index=True),
        Column("believed_from", DateTime(timezone=True), nullable=False),
        Column("believed_until", DateTime(timezone=True), nullable=False),
        *columns,
    )


def intervals(
    known: Iterable[Recorded[E]],
    initial: S,
    evolve: Callable[[S, Recorded[E]], S],
    row: Callable[[S], Iterable[Row]],
) -> list[Row]:
    """Folds facts in the order of happening; gives each row with the ranges of time in which it held."""
    raise NotImplementedError


def materialise(view: View, histories: Mapping[UUID, Sequence[Recorded[Any]]]) -> list[Row]:
    """All rows of a view over all decoded events of all keys."""
    raise NotImplementedError
