"""The one fold over two clocks: what had happened by a time, as known at another."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from events.store import Recorded

E = TypeVar("E")
FOREVER = datetime.max.replace(tzinfo=UTC)


def happened(recorded: Recorded[E]) -> datetime:
    """When a fact takes its place: as it happened or, if that is unknown, as it was recorded."""
    return recorded.occurred.at or recorded.recorded_at


def facts(
    recorded: Iterable[Recorded[E]], *, as_of: datetime = FOREVER, known_at: datetime = FOREVER
) -> list[Recorded[E]]:
    """What had happened by `as_of`, as known at `known_at`, corrected, in order of happening."""
    known = sorted((r for r in recorded if r.recorded_at <= known_at), key=_as_recorded)
    return sorted((r for r in _corrected(known) if happened(r) <= as_of), key=_as_happened)


def _corrected(known: Sequence[Recorded[E]]) -> Iterable[Recorded[E]]:
    """The last correction stands in the fact's place; one of a correction is one of the fact."""
    origin = {r.id: r.corrects for r in known if r.corrects is not None}
    latest = {_root(r.id, origin): r for r in known}
    return latest.values()


def _root(event: UUID, origin: Mapping[UUID, UUID]) -> UUID:
    while event in origin:
        event = origin[event]
    return event


def _as_recorded(recorded: Recorded[E]) -> tuple[datetime, str, int]:
    return recorded.recorded_at, recorded.source, recorded.position


def _as_happened(recorded: Recorded[E]) -> tuple[datetime, datetime, str, int]:
    return happened(recorded), recorded.recorded_at, recorded.source, recorded.position
