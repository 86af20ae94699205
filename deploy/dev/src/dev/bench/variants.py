"""Who appends in the benchmark, to which tables, and how it is checked afterwards."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from dev.bench import bare, stored

Check = Callable[[str, Mapping[str, int]], Awaitable[list[str]]]

BARE = "bare insert"
HELD = "bare insert, held connections"
APPEND = "append, one process"
APPEND_4 = "append, four processes"
LIBRARY = "eventsourcing"


@dataclass(frozen=True, slots=True)
class Variant:
    """`size` processes of 16 callers each, on a database of their own."""

    name: str
    kind: str
    size: int
    tables: Callable[[], Sequence[str]]
    check: Check


def log_tables() -> list[str]:
    """What the migrations of a service make of the log."""
    scripts = [
        path for path in (files("events") / "scripts").iterdir() if path.name.endswith(".sql")
    ]
    return [path.read_text() for path in sorted(scripts, key=lambda path: path.name)]


VARIANTS = [
    Variant(BARE, "bare.pooled", 1, lambda: [bare.TABLE], stored.bare_mistakes),
    Variant(HELD, "bare.held", 1, lambda: [bare.TABLE], stored.bare_mistakes),
    Variant(APPEND, "appends", 1, log_tables, stored.log_mistakes),
    Variant(APPEND_4, "appends", 4, log_tables, stored.log_mistakes),
    Variant(LIBRARY, "eventsourced", 1, list, stored.library_mistakes),
]


async def prepare(variant: Variant, url: str) -> None:
    """Those that make their tables themselves have none here."""
    connection = await asyncpg.connect(url)
    try:
        for script in variant.tables():
            await connection.execute(script)
    finally:
        await connection.close()
