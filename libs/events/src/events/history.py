"""The one fold over two clocks: what had happened by a time, as known at another."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from events.occurrence import Occurred
from events.store import Recorded

E = TypeVar("E")
K = TypeVar("K", bound=Hashable)


class Timed(Protocol):
    """A fact that knows when it happened."""

    @property
    def occurred(self) -> Occurred: ...


T = TypeVar("T", bound=Timed)
BEGINNING = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


def happened(recorded: Recorded[E]) -> datetime:
    """When a fact takes its place: as it happened or, if that is unknown, as it was recorded."""
    return recorded.occurred.at or recorded.recorded_at


def facts(
    recorded: Iterable[Recorded[E]], *, as_of: datetime = FOREVER, known_at: datetime = FOREVER
) -> list[Recorded[E]]:
    """What had happened by `as_of`, as known at `known_at`, corrected, in order of happening."""
    known = Known(as_told(r for r in recorded if r.recorded_at <= known_at))
    return known.facts[: bisect_right(known.places, as_of)]


class Known(Generic[E]):
    """What is known of a key: the facts in the order of happening, and the place of each.

    Facts are learnt in the order in which they were recorded.
    """

    def __init__(self, recorded: Iterable[Recorded[E]] = ()) -> None:
        self.recorded = list(recorded)
        self.facts: list[Recorded[E]] = []
        self.places: list[datetime] = []
        self._named: set[UUID | None] = set()
        for r in self.recorded:
            self._named |= {r.id, r.corrects}
        self._tell_anew()

    def learn(self, recorded: Recorded[E]) -> bool:
        """Whether the fact takes its place after all others, and changes nothing else."""
        self.recorded.append(recorded)
        corrects = recorded.corrects is not None or recorded.id in self._named
        self._named |= {recorded.id, recorded.corrects}
        if not corrects:
            return self._tell(recorded)
        self._tell_anew()
        return False

    def _tell_anew(self) -> None:
        self.facts, self.places = [], []
        for recorded in _corrected(self.recorded):
            self._tell(recorded)

    def _tell(self, recorded: Recorded[E]) -> bool:
        place = happened(recorded)
        if self.places and place < self.places[-1]:
            place = self._after_what_was_told(place, recorded.occurred.end)
        after = bisect_right(self.places, place)
        self.places.insert(after, place)
        self.facts.insert(after, recorded)
        return after == len(self.facts) - 1

    def _after_what_was_told(self, place: datetime, end: datetime | None) -> datetime:
        """A day, month or year takes its place after what was told before of the moments in it."""
        if end is None:
            return place
        within = bisect_left(self.places, end)
        return max([place, *self.places[within - 1 : within]])


def straight(recorded: Sequence[Recorded[E]]) -> bool:
    """Whether they were recorded in the order in which they happened, and nothing was corrected.

    Then so were those among them that a view reads.
    """
    moments = [happened(r) for r in recorded]
    return (
        all(before <= after for before, after in pairwise(moments))
        and all(r.corrects is None for r in recorded)
        and len({r.id for r in recorded}) == len(recorded)
    )


def as_told(recorded: Iterable[Recorded[E]]) -> list[Recorded[E]]:
    """In the order in which they were told: of what may have happened at once the last counts."""
    return sorted(recorded, key=_as_recorded)


def in_order(told: Iterable[T], by: Callable[[T], Any]) -> list[T]:
    """For lists of what was told: as it happened, what is unknown at the end; then by its id."""
    return sorted(told, key=lambda fact: (fact.occurred.at or FOREVER, by(fact)))


def not_before(told: Timed, before: Timed) -> bool:
    """Of what may have happened at once, what is told last counts."""
    return not told.occurred.certainly_before(before.occurred)


def displacing(opens: type[Timed], closes: type[Timed]) -> Callable[[Timed, Timed], bool]:
    """What is known by its month or year alone opens nothing that may have been closed since."""

    def displaces(told: Timed, before: Timed) -> bool:
        if isinstance(told, opens) and isinstance(before, closes) and told.occurred.day is None:
            return before.occurred.certainly_before(told.occurred)
        return not_before(told, before)

    return displaces


def latest(
    told: Iterable[T], by: Callable[[T], K], displaces: Callable[[T, T], bool] = not_before
) -> dict[K, T]:
    """Of facts that say how something stands, the one that happened last, however late it came."""
    last: dict[K, T] = {}
    for fact in told:
        before = last.get(by(fact))
        if before is None or displaces(fact, before):
            last[by(fact)] = fact
    return last


def repeats(
    told: T,
    before: Collection[T],
    standing: T | None,
    displaces: Callable[[T, T], bool] = not_before,
) -> bool:
    """Whether a fact was told before, and telling it again would not change how it stands.

    What was told on the same day since may have come between: then it is told anew.
    """
    if told not in before or standing is None:
        return False
    return told == standing or not displaces(told, standing)


def placed(facts: Iterable[Recorded[E]]) -> Iterator[tuple[datetime, Recorded[E]]]:
    """Facts in the order of happening, each with the moment at which it takes its place."""
    moment = BEGINNING
    for fact in facts:
        moment = max(moment, happened(fact))
        yield moment, fact


def _corrected(known: Sequence[Recorded[E]]) -> Iterable[Recorded[E]]:
    """The last correction stands in the fact's place; in the order in which facts were told."""
    origin = {r.id: r.corrects for r in known if r.corrects is not None}
    latest = {_root(r.id, origin): r for r in known}
    return latest.values()


def _root(event: UUID, origin: Mapping[UUID, UUID]) -> UUID:
    seen = {event}
    while (earlier := origin.get(event)) is not None and earlier not in seen:
        seen.add(earlier)
        event = earlier
    return event


def _as_recorded(recorded: Recorded[E]) -> tuple[datetime, str, int]:
    return recorded.recorded_at, recorded.source, recorded.position
