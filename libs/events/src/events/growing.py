"""The rows of a key as its facts grow: a fact that takes its place last is added, no more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from events.decider import Decider
from events.history import BEGINNING, happened
from events.ranges import Ranges, Row
from events.store import Recorded

Rows = Callable[[UUID, Sequence[Recorded[Any]]], list[Row]]
"""Pure: the facts of one key, in the order of happening, to the rows that follow from them."""

S = TypeVar("S")
E = TypeVar("E")


class Growing(Protocol):
    """The rows that follow from the facts that were added, in the order of happening."""

    def add(self, fact: Recorded[Any]) -> None: ...

    def rows(self) -> list[Row]:
        """A row that is still the same is best the same object: nobody changes it."""
        ...


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that are made by adding one fact after another."""

    begin: Callable[[UUID], Growing]

    def __call__(self, key: UUID, facts: Iterable[Recorded[Any]]) -> list[Row]:
        return grown(self, key, facts).rows()


def grown(rows: Rows, key: UUID, facts: Iterable[Recorded[Any]] = ()) -> Growing:
    growing = rows.begin(key) if isinstance(rows, Fold) else _Anew(rows, key)
    for fact in facts:
        growing.add(fact)
    return growing


def intervals(
    initial: S,
    evolve: Callable[[S, Recorded[E]], S],
    row: Callable[[S], Iterable[Row]],
) -> Fold:
    """Folds facts; `row` gives the rows that hold in a state."""
    return Fold(lambda _key: _Intervals(initial, evolve, row))


def states(decider: Decider[S, Any, E], row: Callable[[str, S], Iterable[Row]]) -> Fold:
    """Intervals of the state that the decider keeps; `row` also gets the programme of the facts."""

    def evolve(state: tuple[str, S], fact: Recorded[E]) -> tuple[str, S]:
        return str(fact.metadata.programme), decider.evolve(state[1], fact.event)

    return intervals(("", decider.initial), evolve, lambda state: row(*state))


class _Intervals(Generic[S, E]):
    def __init__(
        self,
        state: S,
        evolve: Callable[[S, Recorded[E]], S],
        row: Callable[[S], Iterable[Row]],
    ) -> None:
        self._state = state
        self._evolve = evolve
        self._row = row
        self._moment = BEGINNING
        self._any = False
        self._ranges = Ranges("held_from", "held_until")

    def add(self, fact: Recorded[E]) -> None:
        self._moment = max(self._moment, happened(fact))
        before, self._state = self._state, self._evolve(self._state, fact)
        if self._state is not before or not self._any:
            self._ranges.at(self._moment, [*self._row(self._state)])
            self._any = True

    def rows(self) -> list[Row]:
        return self._ranges.rows()


class _Anew:
    """Where all facts are looked at again."""

    def __init__(self, rows: Rows, key: UUID) -> None:
        self._rows = rows
        self._key = key
        self._facts: list[Recorded[Any]] = []

    def add(self, fact: Recorded[Any]) -> None:
        self._facts.append(fact)

    def rows(self) -> list[Row]:
        return self._rows(self._key, self._facts)
