"""R3 and R4: streams count 1..n, the log counts 1..N and rises in time, readers miss nothing."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from checker.evidence import Books, Violation


def streams(service: str, books: Books) -> Iterator[Violation]:
    """R3: versions 1..n in the order of the log, no event twice."""
    versions = Counter[UUID]()
    ids = Counter(event.id for event in books.log)
    for event in books.log:
        versions[event.stream] += 1
        if event.version != versions[event.stream]:
            sentence = (
                f"stream {event.stream} of {service} has version {event.version} where"
                f" {versions[event.stream]} follows (event {event.id})"
            )
            yield Violation("R3", sentence)
            versions[event.stream] = event.version
    for id_, count in ids.items():
        if count > 1:
            yield Violation("R3", f"event {id_} is {count} times in the log of {service}")


def positions(service: str, books: Books) -> Iterator[Violation]:
    """R4: without gaps, and later in the log is recorded later."""
    before, recorded_at = 0, datetime.min.replace(tzinfo=UTC)
    for event in books.log:
        if event.position != before + 1:
            sentence = (
                f"the log of {service} has position {event.position} after {before}"
                f" (event {event.id})"
            )
            yield Violation("R4", sentence)
        if event.recorded_at <= recorded_at:
            sentence = f"event {event.id} of {service} was not recorded after the one before it"
            yield Violation("R4", sentence)
        before, recorded_at = event.position, event.recorded_at


def readers(service: str, books: Books) -> Iterator[Violation]:
    """R4: whoever has read up to N sees nothing new below N, and nothing of it changes."""
    stored = {event.position: event.id for event in books.log}
    before = 0
    for position, id_ in books.seen:
        if position > before + 1:
            sentence = f"a reader of {service} was given position {position} after {before}"
            yield Violation("R4", sentence)
        if stored.get(position) != id_:
            sentence = (
                f"a reader of {service} was given event {id_} at position {position}, where"
                f" {stored.get(position, 'nothing')} is now"
            )
            yield Violation("R4", sentence)
        before = max(before, position)


def version_at(books: Books, stream: UUID, position: int) -> int:
    """How many events a stream had when the log stood at a position."""
    own = books.by_stream.get(stream, ())
    return bisect_right(own, position, key=lambda event: event.position)
