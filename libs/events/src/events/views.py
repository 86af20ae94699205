"""Views: rows that answer a question, from all facts of a key, for every state of our knowledge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Self, TypeVar
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Uuid

from events.columns import held_columns
from events.decider import Decider
from events.history import facts, placed
from events.ranges import Ranges, Row
from events.store import Json, Recorded

__all__ = ["Row", "View", "believed", "intervals", "materialise", "states"]

Rows = Callable[[UUID, Sequence[Recorded[Any]]], list[Row]]
"""Pure: the facts of one key, in the order of happening, to the rows that follow from them."""

Decode = Callable[[Recorded[Json]], Recorded[Any]]
"""What a service's codecs make of an event of its log, before `Rows` gets it."""

S = TypeVar("S")
E = TypeVar("E")
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


def intervals(
    known: Iterable[Recorded[E]],
    initial: S,
    evolve: Callable[[S, Recorded[E]], S],
    row: Callable[[S], Iterable[Row]],
) -> list[Row]:
    """Folds facts in the order of happening; `row` gives the rows that hold in a state."""
    ranges = Ranges("held_from", "held_until")
    state = initial
    for moment, together in groupby(placed(known), key=itemgetter(0)):
        for _, fact in together:
            state = evolve(state, fact)
        ranges.at(moment, row(state))
    return ranges.rows()


def states(
    decider: Decider[S, Any, E],
    known: Iterable[Recorded[E]],
    row: Callable[[str, S], Iterable[Row]],
) -> list[Row]:
    """Intervals of the state that the decider keeps; `row` also gets the programme of the facts."""

    def evolve(state: tuple[str, S], fact: Recorded[E]) -> tuple[str, S]:
        return str(fact.metadata.programme), decider.evolve(state[1], fact.event)

    return intervals(known, ("", decider.initial), evolve, lambda state: row(*state))


class Belief:
    """The rows of one key for every state of our knowledge; grows with what is recorded."""

    def __init__(self, view: View, key: UUID) -> None:
        self._view = view
        self._key = key
        self._known: list[Recorded[Any]] = []
        self._ranges = Ranges("believed_from", "believed_until")

    def learn(self, events: Sequence[Recorded[Any]]) -> Iterator[None]:
        """Takes in what was recorded since; yields often, so that others may run."""
        for recorded_at, together in groupby(sorted(events, key=_as_recorded), _recorded_at):
            self._known += together
            self._ranges.at(recorded_at, self._view.rows(self._key, facts(self._known)))
            yield

    def extends_to(self, events: Sequence[Recorded[Any]]) -> bool:
        """Whether these are what is known already and something that was recorded later."""
        known = len(self._known)
        if [e.id for e in events[:known]] != [e.id for e in self._known] or not known:
            return False
        latest = self._known[-1].recorded_at
        return all(event.recorded_at > latest for event in events[known:])

    def known(self) -> int:
        return len(self._known)

    def rows(self) -> list[Row]:
        return [{"key": self._key, **row} for row in self._ranges.rows()]


def believed(view: View, key: UUID, events: Sequence[Recorded[Any]]) -> list[Row]:
    """The rows of one key, from those of its events that the view reads, decoded."""
    belief = Belief(view, key)
    for _ in belief.learn(events):
        pass
    return belief.rows()


def materialise(view: View, histories: Mapping[UUID, Sequence[Recorded[Any]]]) -> list[Row]:
    """All rows of a view over all decoded events of all keys."""
    return list(_materialised(view, histories))


def _materialised(view: View, histories: Mapping[UUID, Sequence[Recorded[Any]]]) -> Iterator[Row]:
    for key, events in histories.items():
        yield from believed(view, key, [event for event in events if view.reads(event)])


def _recorded_at(event: Recorded[Any]) -> datetime:
    return event.recorded_at


def _as_recorded(event: Recorded[Any]) -> tuple[datetime, str, int]:
    return event.recorded_at, event.source, event.position
