"""From what held at one moment after another to rows with the range in which each held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.history import FOREVER

Row = dict[str, Any]


class Ranges:
    """Equal rows that follow on each other are one; the columns of the range have these names."""

    def __init__(self, since: str, until: str, **always: object) -> None:
        self._since = since
        self._until = until
        self._always = always
        self._ended: list[Row] = []
        self._open: Sequence[Row] = ()
        self._told: list[Row] = []
        self._moment: datetime | None = None
        self._before: tuple[int, Sequence[Row], list[Row]] = 0, (), []

    def at(self, moment: datetime, rows: Sequence[Row]) -> None:
        """These rows hold from this moment on; moments come in order.

        What was said of the same moment before is forgotten. Of the rows of a key most go on:
        compared from both ends, few are left to be looked for.
        """
        if moment == self._moment:
            ended, self._open, self._told = self._before
            del self._ended[ended:]
        self._before = len(self._ended), self._open, self._told
        self._moment = moment
        first, last = _equal_ends(self._open, rows)
        if first + last < max(len(self._open), len(rows)):
            self._change(moment, rows, first, last)

    def _change(self, moment: datetime, now: Sequence[Row], first: int, last: int) -> None:
        """All but so many rows at the beginning and at the end may be others now."""
        end = len(self._open) - last
        over = list(range(first, end))
        told = self._told[:first]
        for row in now[first : len(now) - last]:
            for place in over:
                if self._open[place] == row:
                    told.append(self._told[place])
                    over.remove(place)
                    break
            else:
                told.append(self._begun(row, moment))
        self._ended += [{**self._told[place], self._until: moment} for place in over]
        self._told = told + self._told[end:]
        self._open = now

    def _begun(self, row: Row, moment: datetime) -> Row:
        return {**self._always, **row, self._since: moment, self._until: FOREVER}

    def rows(self) -> list[Row]:
        """Those that do not change are the same objects each time."""
        return self._ended + self._told


def _equal_ends(old: Sequence[Row], new: Sequence[Row]) -> tuple[int, int]:
    """How many rows are equal at the beginning, and how many of the others at the end."""
    most = min(len(old), len(new))
    first = last = 0
    while first < most and (old[first] is new[first] or old[first] == new[first]):
        first += 1
    most -= first
    while last < most:
        one, other = old[-1 - last], new[-1 - last]
        if one is not other and one != other:
            break
        last += 1
    return first, last
