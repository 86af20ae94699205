"""One answer out of the facts of a case."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from events.store import Json, Recorded
from kit.problems import not_found


class Identified(Protocol):
    @property
    def id(self) -> UUID: ...


A = TypeVar("A", bound=Identified)


def found(
    known: Sequence[Recorded[Json]], show: Callable[[Recorded[Json]], A | None], id_: UUID
) -> A:
    """The last fact that shows an answer with this id; raises the problem that there is none."""
    for fact in reversed(known):
        if (shown := show(fact)) is not None and shown.id == id_:
            return shown
    raise not_found()
