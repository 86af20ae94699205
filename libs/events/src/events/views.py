"""Views: rows that answer a question, from all facts of a key, for every state of our knowledge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Uuid

from events.columns import held_columns
from events.growing import Fold, Rows, grown, intervals, states
from events.history import BEGINNING, Known, as_told
from events.ranges import Ranges, Row
from events.store import Json, Recorded

__all__ = ["Fold", "Row", "Rows", "View", "believed", "intervals", "materialise", "states"]

Decode = Callable[[Recorded[Json]], Recorded[Any]]
"""What a service's codecs make of an event of its log, before `Rows` gets it."""

INSTANT = DateTime(timezone=True)


@dataclass(frozen=True, eq=False)
class View:
    """A read model, made by `View.of`: `types` are the stored names that it reads (None: all)."""

    name: str
    version: int
    table: Table
    types: frozenset[str] | None
    rows: Rows

    @classmethod
    def of(
        cls,
        name: str,
        version: int,
        *columns: Column[Any] | Index,
        types: frozenset[str] | None,
        rows: Rows,
        held: bool = True,
    ) -> Self:
        """With its table: the key, the view's own columns, and when a row was believed.

        By default rows also say when they `held`, as those of `intervals` and `states` do.
        """
        table = f"{name}_v{version}"
        columns = (*columns, *held_columns(table)) if held else columns
        return cls(name, version, _table(table, columns), types, rows)

    def reads(self, event: Recorded[Any]) -> bool:
        return self.types is None or event.type in self.types


def _table(name: str, columns: Iterable[Column[Any] | Index]) -> Table:
    return Table(
        name,
        MetaData(),
        Column("key", Uuid, nullable=False),
        Column("believed_from", INSTANT, nullable=False),
        Column("believed_until", INSTANT, nullable=False),
        Index(f"{name}_key", "key"),
        *columns,
    )


class Belief:
    """The rows of one key for every state of our knowledge; grows with what is recorded."""

    def __init__(self, view: View, key: UUID) -> None:
        self._view = view
        self._key = key
        self._known = Known[Any]()
        self._growing = grown(view.rows, key)
        self._ranges = Ranges("believed_from", "believed_until", key=key)

    def learn(self, events: Iterable[Recorded[Any]]) -> Iterator[None]:
        """Takes in what was recorded since; yields often, so that others may run."""
        for event in as_told(events):
            if self._known.learn(event):
                self._growing.add(event)
            else:
                self._growing = grown(self._view.rows, self._key, self._known.facts)
            self._ranges.at(event.recorded_at, self._growing.rows())
            yield

    def precedes(self, events: Iterable[Recorded[Any]]) -> bool:
        """Whether these were recorded later than all that is known."""
        known = self._known.recorded
        latest = known[-1].recorded_at if known else BEGINNING
        return all(event.recorded_at > latest for event in events)

    def rows(self) -> list[Row]:
        return self._ranges.rows()


def believed(view: View, key: UUID, events: Iterable[Recorded[Any]]) -> list[Row]:
    """The rows of one key, from those of its events that the view reads, decoded."""
    belief = Belief(view, key)
    for _ in belief.learn(events):
        pass
    return belief.rows()


def believed_straight(view: View, key: UUID, events: Iterable[Recorded[Any]]) -> list[Row]:
    """The same of events that are in one order, both of recording and of happening."""
    growing = grown(view.rows, key)
    ranges = Ranges("believed_from", "believed_until", key=key)
    for event in events:
        growing.add(event)
        ranges.at(event.recorded_at, growing.rows())
    return ranges.rows()


def materialise(view: View, histories: Mapping[UUID, Sequence[Recorded[Any]]]) -> list[Row]:
    """All rows of a view over all decoded events of all keys."""
    return [
        row
        for key, events in histories.items()
        for row in believed(view, key, filter(view.reads, events))
    ]
