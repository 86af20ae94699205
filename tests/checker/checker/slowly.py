"""What views should hold, worked out anew for every state of our knowledge: slow, and plain."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, TypeVar
from uuid import UUID

from events.history import FOREVER
from events.store import Recorded
from events.views import Row, View

S = TypeVar("S")
Fact = Recorded[Any]


def materialise(view: View, histories: Mapping[UUID, Sequence[Fact]]) -> list[Row]:
    """All rows of a view over all decoded events of all keys."""
    return [
        row
        for key, events in histories.items()
        for row in believed(view, key, [event for event in events if view.reads(event)])
    ]


def believed(view: View, key: UUID, events: Sequence[Fact]) -> list[Row]:
    ranges = _Ranges("believed_from", "believed_until")
    known: list[Fact] = []
    for recorded_at, together in groupby(sorted(events, key=_as_recorded), _recorded_at):
        known += together
        ranges.at(recorded_at, view.rows(key, facts(known)))
    return [{"key": key, **row} for row in ranges.rows()]


def facts(known: Iterable[Fact]) -> list[Fact]:
    told = _places(_corrected(sorted(known, key=_as_recorded)))
    return [fact for _, fact in sorted(told, key=itemgetter(0))]


def intervals(
    known: Iterable[Fact],
    initial: S,
    evolve: Callable[[S, Fact], S],
    row: Callable[[S], Iterable[Row]],
) -> list[Row]:
    ranges = _Ranges("held_from", "held_until")
    state = initial
    for moment, together in groupby(_placed(known), key=itemgetter(0)):
        for _, fact in together:
            state = evolve(state, fact)
        ranges.at(moment, row(state))
    return ranges.rows()


def _placed(known: Iterable[Fact]) -> Iterator[tuple[datetime, Fact]]:
    moment = datetime.min.replace(tzinfo=UTC)
    for fact in known:
        moment = max(moment, _happened(fact))
        yield moment, fact


def _places(told: Iterable[Fact]) -> Iterator[tuple[datetime, Fact]]:
    places: list[datetime] = []
    for recorded in told:
        place = _happened(recorded)
        if recorded.occurred.end is not None:
            within = bisect_left(places, recorded.occurred.end)
            place = max([place, *places[within - 1 : within]])
        insort(places, place)
        yield place, recorded


def _corrected(known: Sequence[Fact]) -> Iterable[Fact]:
    origin = {r.id: r.corrects for r in known if r.corrects is not None}
    latest = {_root(r.id, origin): r for r in known}
    return latest.values()


def _root(event: UUID, origin: Mapping[UUID, UUID]) -> UUID:
    seen = {event}
    while (earlier := origin.get(event)) is not None and earlier not in seen:
        seen.add(earlier)
        event = earlier
    return event


def _happened(recorded: Fact) -> datetime:
    return recorded.occurred.at or recorded.recorded_at


_recorded_at = attrgetter("recorded_at")
_as_recorded = attrgetter("recorded_at", "source", "position")


class _Ranges:
    """Equal rows that follow on each other are one; the columns of the range have these names."""

    def __init__(self, since: str, until: str) -> None:
        self._since = since
        self._until = until
        self._ended: list[Row] = []
        self._open: list[Row] = []
        self._began: list[datetime] = []

    def at(self, moment: datetime, rows: Iterable[Row]) -> None:
        """These rows hold from this moment on; moments come in order, each once.

        Of the rows of a key most go on: compared from both ends, few are left to be looked for.
        """
        now = list(rows)
        first, last = _equal_ends(self._open, now)
        over = [*range(first, len(self._open) - last)]
        began = []
        for row in now[first : len(now) - last]:
            place = next((place for place in over if self._open[place] == row), None)
            began.append(moment if place is None else self._began[place])
            if place is not None:
                over.remove(place)
        for place in over:
            self._ended.append(self._told(place, moment))
        self._began[first : len(self._open) - last] = began
        self._open = now

    def rows(self) -> list[Row]:
        return [*self._ended, *(self._told(place, FOREVER) for place in range(len(self._open)))]

    def _told(self, place: int, until: datetime) -> Row:
        return {**self._open[place], self._since: self._began[place], self._until: until}


def _equal_ends(old: list[Row], new: list[Row]) -> tuple[int, int]:
    """How many rows are equal at the beginning, and how many of the others at the end."""
    most = min(len(old), len(new))
    first = last = 0
    while first < most and old[first] == new[first]:
        first += 1
    while last < most - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return first, last
