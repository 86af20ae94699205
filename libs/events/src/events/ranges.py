"""From what held at one moment after another to rows with the range in which each held."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
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
        self._open: dict[Hashable, tuple[Row, datetime]] = {}

    def at(self, moment: datetime, rows: Iterable[Row]) -> None:
        """These rows hold from this moment on; moments come in order, each once."""
        now = dict(_identified(rows))
        for identity in self._open.keys() - now.keys():
            row, since = self._open.pop(identity)
            self._ended.append({**row, self._since: since, self._until: moment})
        for identity, row in now.items():
            self._open.setdefault(identity, (row, moment))

    def rows(self) -> list[Row]:
        going_on = [
            {**row, self._since: since, self._until: FOREVER} for row, since in self._open.values()
        ]
        return [*self._ended, *going_on]


def _identified(rows: Iterable[Row]) -> Iterator[tuple[Hashable, Row]]:
    """Rows that are equal in all columns are told apart by their number."""
    seen: Counter[Hashable] = Counter()
    for row in rows:
        content = frozen(row)
        seen[content] += 1
        yield (content, seen[content]), row


def frozen(value: object) -> Hashable:
    if isinstance(value, dict):
        return tuple((name, frozen(value[name])) for name in sorted(value))
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    return value
