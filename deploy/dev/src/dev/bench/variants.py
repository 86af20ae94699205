"""Who appends in the benchmark, to which tables, and how it is checked afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from dev.bench import bare, stored
from events.migrate import upgrade

Prepare = Callable[[str], Awaitable[None]]
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
    prepare: Prepare
    check: Check


async def migrated(url: str) -> None:
    """The log as a service has it; which one is no matter."""
    await asyncio.to_thread(upgrade, url, "intake")


async def left_alone(_url: str) -> None:
    """The library makes its tables itself."""


VARIANTS = [
    Variant(BARE, "bare.pooled", 1, bare.prepare, stored.bare_mistakes),
    Variant(HELD, "bare.held", 1, bare.prepare, stored.bare_mistakes),
    Variant(APPEND, "appends", 1, migrated, stored.log_mistakes),
    Variant(APPEND_4, "appends", 4, migrated, stored.log_mistakes),
    Variant(LIBRARY, "eventsourced", 1, left_alone, stored.library_mistakes),
]
