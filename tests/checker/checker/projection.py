"""R8: at its checkpoint a view shows what the fold of the log up to there makes."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from checker.evidence import Books, Violation
from checker.rules import Rules
from events.store import Json, Recorded
from events.views import Row, View, materialise


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
        folded = _folded(view, books.log[:position], rules)
        yield from _differences(service, view, _counted(shown.rows if shown else ()), folded)


def _folded(view: View, log: Sequence[Recorded[Json]], rules: Rules) -> Counter[str]:
    histories = defaultdict[UUID, list[Recorded[object]]](list)
    for event in log:
        if view.reads(event):
            histories[event.key].append(rules.decode(event))
    return _counted(materialise(view, histories))


def _counted(rows: Sequence[Row]) -> Counter[str]:
    """Rows as text, so that values of every kind compare; lists come as tuples from a database."""
    return Counter(str(sorted((name, _plain(v)) for name, v in row.items())) for row in rows)


def _plain(value: object) -> str:
    return str(list(value)) if isinstance(value, list | tuple) else str(value)


def _differences(
    service: str, view: View, shown: Counter[str], folded: Counter[str]
) -> Iterator[Violation]:
    name = f"view {view.table.name} of {service}"
    for row in (folded - shown).elements():
        yield Violation("R8", f"{name} lacks the row {row}")
    for row in (shown - folded).elements():
        yield Violation("R8", f"{name} has the row {row}, which does not follow from the log")
