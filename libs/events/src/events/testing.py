"""What tests start from: a clock that stands still, ids that can be read, facts in one line."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from events.codec import Codec
from events.contracts import type_name
from events.contracts.contract import Contract
from events.decider import C, Decider, E, Rejected, S
from events.occurrence import Occurred
from events.store import ANY, Draft, Json, Metadata, Recorded, Store, WriteSet

NOW = datetime(2027, 3, 5, 10, tzinfo=UTC)


def numbered(number: int) -> UUID:
    """An id that reads as its number in a failing test."""
    return UUID(int=number)


METADATA = Metadata(actor="tester", role="service", correlation_id=numbered(0xC0))


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def outcome(decider: Decider[S, C, E], *, given: Iterable[E], when: C) -> list[E]:
    """The events that a command brings about after others; raises what the decider raises."""
    return decider.decide(when, decider.fold(given))


def refusal(decider: Decider[S, C, E], *, given: Iterable[E], when: C) -> str:
    """The code with which a command is refused after others."""
    try:
        events = outcome(decider, given=given, when=when)
    except Rejected as rejected:
        return rejected.code
    raise AssertionError(f"was not refused, but brought about {events}")


def lived(decider: Decider[S, C, E], commands: Iterable[C]) -> list[E]:
    """The events of a life in which all this was asked, in this order; refusals leave none."""
    events: list[E] = []
    for command in commands:
        with suppress(Rejected):
            events += outcome(decider, given=events, when=command)
    return events


def recorded(
    event: E,
    position: int = 1,
    *,
    source: str = "intake",
    key: UUID = numbered(1),  # noqa: B008 - a constant
    stream: UUID | None = None,
    version: int | None = None,
    type: str = "tested.v1",  # noqa: A002 - the name of the field
    occurred: Occurred | None = None,
    recorded_at: datetime | None = None,
    metadata: Metadata = METADATA,
    corrects: UUID | None = None,
) -> Recorded[E]:
    """An event of the log: its id is its position, and it is recorded one second after another."""
    at = recorded_at or NOW + timedelta(seconds=position)
    return Recorded(
        source=source,
        position=position,
        id=numbered(position),
        key=key,
        stream=stream or key,
        version=version or position,
        type=type,
        event=event,
        occurred=occurred or getattr(event, "occurred", None) or Occurred.instant(at),
        recorded_at=at,
        metadata=metadata,
        corrects=corrects or getattr(event, "corrects", None),
    )


def published(
    position: int,
    name: str,
    event: Contract,
    occurred: str,
    *,
    source: str,
    key: UUID,
    stream: UUID | None = None,
    recorded_at: datetime | None = None,
    metadata: Metadata = METADATA,
) -> Recorded[Contract]:
    """An event as another service published it, under its short name."""
    return recorded(
        event,
        position,
        source=source,
        key=key,
        stream=stream,
        type=type_name(source, name),
        occurred=Occurred.parse(occurred),
        recorded_at=recorded_at,
        metadata=metadata,
    )


def stored(codec: Codec[E], event: E, metadata: Metadata = METADATA) -> Recorded[Json]:
    """An event as the log holds it."""
    name, data = codec.encode(event)
    return recorded(
        data,
        type=name,
        occurred=event.occurred,  # type: ignore[attr-defined]
        metadata=metadata,
        corrects=getattr(event, "corrects", None),
    )


def examples(codec: Codec[E], *modules: ModuleType) -> list[E]:
    """All events among what modules such as `case.examples` define."""
    known = set(codec.names.values())
    return [it for module in modules for it in vars(module).values() if type(it) in known]


def draft(
    stream: UUID,
    event: Json | None = None,
    *,
    key: UUID | None = None,
    type: str = "tested.v1",  # noqa: A002 - the name of the field
    occurred: Occurred | None = None,
    **others: Any,  # noqa: ANN401 - the other fields of a draft
) -> Draft:
    """An event to append, with an id of its own."""
    return Draft(
        **{
            "id": uuid7(),
            "key": key or stream,
            "stream": stream,
            "type": type,
            "event": event or {},
            "occurred": occurred or Occurred.instant(NOW),
            "metadata": METADATA,
            **others,
        }
    )


async def told(
    store: Store,
    codec: Codec[E],
    key: UUID,
    *events: E,
    stream: UUID | None = None,
    metadata: Metadata = METADATA,
) -> None:
    """Puts facts into a log, one write each, as if they had been recorded just now."""
    for event in events:
        name, data = codec.encode(event)
        fact = draft(
            stream or key,
            data,
            key=key,
            type=name,
            occurred=event.occurred,  # type: ignore[attr-defined]
            corrects=getattr(event, "corrects", None),
            metadata=metadata,
        )
        await store.append(write(fact))


def write(*drafts: Draft, expected: int = ANY, **others: Any) -> WriteSet:  # noqa: ANN401
    """A write set whose streams are all expected at the same version, by default at any."""
    return WriteSet(events=drafts, expected={d.stream: expected for d in drafts}, **others)
