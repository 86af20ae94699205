"""From what held at one moment after another to rows with the range in which each held."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.history import FOREVER

Row = dict[str, Any]


class Ranges:
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
