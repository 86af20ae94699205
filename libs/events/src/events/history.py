"""The one fold over two clocks: what had happened by a time, as known at another."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Protocol, TypeVar
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
FOREVER = datetime.max.replace(tzinfo=UTC)


def happened(recorded: Recorded[E]) -> datetime:
    """When a fact takes its place: as it happened or, if that is unknown, as it was recorded."""
    return recorded.occurred.at or recorded.recorded_at


def facts(
    recorded: Iterable[Recorded[E]], *, as_of: datetime = FOREVER, known_at: datetime = FOREVER
) -> list[Recorded[E]]:
    """What had happened by `as_of`, as known at `known_at`, corrected, in order of happening."""
    known = as_told(r for r in recorded if r.recorded_at <= known_at)
    told = [(place, r) for place, r in _places(_corrected(known)) if place <= as_of]
    return [r for _, r in sorted(told, key=itemgetter(0))]


def as_told(recorded: Iterable[Recorded[E]]) -> list[Recorded[E]]:
    """In the order in which they were told: of what may have happened at once the last counts."""
    return sorted(recorded, key=_as_recorded)


def latest(told: Iterable[T], by: Callable[[T], K]) -> dict[K, T]:
    """Of facts that say how something stands, the one that happened last, however late it came."""
    last: dict[K, T] = {}
    for fact in told:
        before = last.get(by(fact))
        if before is None or not fact.occurred.certainly_before(before.occurred):
            last[by(fact)] = fact
    return last


def repeats(told: T, before: Collection[T], standing: T | None) -> bool:
    """Whether a fact was told before, and telling it again would not change how it stands.

    What was told on the same day since may have come between: then it is told anew.
    """
    if told not in before or standing is None:
        return False
    return told == standing or told.occurred.certainly_before(standing.occurred)


def placed(facts: Iterable[Recorded[E]]) -> Iterator[tuple[datetime, Recorded[E]]]:
    """Facts in the order of happening, each with the moment at which it takes its place."""
    moment = datetime.min.replace(tzinfo=UTC)
    for fact in facts:
        moment = max(moment, happened(fact))
        yield moment, fact


def _places(told: Iterable[Recorded[E]]) -> Iterator[tuple[datetime, Recorded[E]]]:
    """A day, month or year takes its place after what was told before of the moments in it."""
    places: list[datetime] = []
    for recorded in told:
        place = happened(recorded)
        if recorded.occurred.end is not None:
            within = bisect_left(places, recorded.occurred.end)
            place = max([place, *places[within - 1 : within]])
        insort(places, place)
        yield place, recorded


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
