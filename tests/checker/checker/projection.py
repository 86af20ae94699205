"""R8: at its checkpoint a view shows what the fold of the log up to there makes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from checker.evidence import Books, Violation
from checker.rules import Rules
from checker.slowly import materialise
from events.store import Json, Recorded
from events.views import Row, View


@dataclass(frozen=True, slots=True)
class Folded:
    """The rows of a key, and the events of which they were made."""

    events: Sequence[Recorded[Json]]
    rows: Sequence[Row]


_FOLDED = WeakKeyDictionary[View, Mapping[UUID, Folded]]()


def views(service: str, books: Books, rules: Rules, *, settled: bool) -> Iterator[Violation]:
    for view in rules.views:
        shown = books.views.get(view.table.name)
        position = shown.position if shown else 0
        if position > len(books.log):
            sentence = f"view {view.table.name} of {service} is at {position}"
            yield Violation("R8", f"{sentence}, and the log ends at {len(books.log)}")
        if settled and position < len(books.log):
            sentence = f"view {view.table.name} of {service} stopped at {position}"
            yield Violation("R8", f"{sentence}, and the log goes on to {len(books.log)}")
        folded = _counted(view, _folded(view, books.log[:position], rules))
        yield from _differences(service, view, _counted(view, shown.rows if shown else ()), folded)


def _folded(view: View, log: Sequence[Recorded[Json]], rules: Rules) -> Sequence[Row]:
    """Of a key that has the same events as when it was looked at last, the same follows."""
    histories = defaultdict[UUID, list[Recorded[Json]]](list)
    for event in log:
        if view.reads(event):
            histories[event.key].append(event)
    before = _FOLDED.get(view, {})
    _FOLDED[view] = {
        key: before[key]
        if key in before and before[key].events == events
        else Folded(events, materialise(view, {key: [*map(rules.decode, events)]}))
        for key, events in histories.items()
    }
    return [row for folded in _FOLDED[view].values() for row in folded.rows]


def _counted(view: View, rows: Sequence[Row]) -> Counter[str]:
    """Rows as text, so that values compare wherever they come from: a fold, a database, a file."""
    names = [column.name for column in view.table.columns]
    return Counter(str({name: plain(row.get(name)) for name in names}) for row in rows)


def plain(value: object) -> object:
    """As JSON says it; instants in UTC, with microseconds."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return str(value)


def _differences(
    service: str, view: View, shown: Counter[str], folded: Counter[str]
) -> Iterator[Violation]:
    name = f"view {view.table.name} of {service}"
    for row in (folded - shown).elements():
        yield Violation("R8", f"{name} lacks the row {row}")
    for row in (shown - folded).elements():
        yield Violation("R8", f"{name} has the row {row}, which does not follow from the log")
