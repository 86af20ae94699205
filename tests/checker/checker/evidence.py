"""What the checker looks at: what clients were told, and what services and broker have kept."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from events.broker import Message
from events.store import FINGERPRINT, AccessLine, Answer, Json, Recorded, RequestKey, Work
from events.views import Row

APART = frozenset({FINGERPRINT, "sha256"})
"""Fields of vault records that no event has to name: fingerprints, and contents that came in."""


class Violation(NamedTuple):
    """A promise that was broken, and how: a sentence with the ids of what shows it."""

    promise: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.sentence}"


class Success(NamedTuple):
    """An answer that says that something was done: as in the idempotency record."""

    status: int
    location: str
    version: int
    position: int


class Refusal(NamedTuple):
    """An answer that says that nothing was done."""

    status: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One try of a request to change something, and what came of it.

    `told` is None where no answer came: the outcome is unknown. All tries of one request have its
    correlation id, and no other request has it. `stream` is what it is about, if that is known;
    `expected` the version that the client named; `began` and `ended` when it was sent and when the
    client knew.
    """

    service: str
    request: RequestKey
    correlation_id: UUID
    told: Success | Refusal | None
    stream: UUID | None = None
    expected: int | None = None
    began: datetime | None = None
    ended: datetime | None = None


class Disturbed(NamedTuple):
    """A time in which what a service did may have ended half way, told by how long its log was.

    A kill, a server that was away, an answer that got lost.
    """

    began: int
    over: int


class Rows(NamedTuple):
    """What a view shows, and how far of the log it says that it has seen."""

    position: int
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Books:
    """All that one service has stored; `log` as its readers get it, first to last.

    `seen` is what a reader who went along was given: positions and event ids, as they came. `work`
    is what is not done, `vault` the records that have sealed fields, `apart` those of them with one
    of `APART`, `views` by name of the table.
    """

    log: Sequence[Recorded[Json]]
    seen: Sequence[tuple[int, UUID]] = ()
    answers: Mapping[RequestKey, Answer] = field(default_factory=dict)
    inbox: Collection[tuple[str, UUID]] = ()
    access: Sequence[AccessLine] = ()
    work: Sequence[Work] = ()
    vault: Collection[UUID] = ()
    apart: Collection[UUID] = ()
    views: Mapping[str, Rows] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> Mapping[UUID, Sequence[Recorded[Json]]]:
        """The history of each key, in the order of the log."""
        histories = defaultdict[UUID, list[Recorded[Json]]](list)
        for event in self.log:
            histories[event.key].append(event)
        return histories

    @cached_property
    def by_stream(self) -> Mapping[UUID, Sequence[Recorded[Json]]]:
        """The events of each stream, in the order of the log."""
        streams = defaultdict[UUID, list[Recorded[Json]]](list)
        for event in self.log:
            streams[event.stream].append(event)
        return streams

    @cached_property
    def carried_out(self) -> Mapping[tuple[str, UUID], int]:
        """How often the access log says that something was done, by actor and correlation id.

        What a service looks up to follow a request up bears its correlation id too.
        """
        done = (line for line in self.access if line.outcome == "allowed")
        return Counter((line.actor, line.correlation_id) for line in done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One run. `topics` holds messages by topic, partition by partition, in order.

    `mails` names the message of each mail that was delivered. `parked` are keys that wait for an
    operator, by group; `skipped` the events that one left out, by group. `foreign` are the ids of
    messages that somebody put on a topic by hand: whatever became of them is not judged.
    `disturbed` is when notifications was; None where nobody took note of that.
    """

    books: Mapping[str, Books]
    exchanges: Sequence[Exchange] = ()
    topics: Mapping[str, Sequence[Message]] = field(default_factory=dict)
    mails: Sequence[UUID] = ()
    parked: Collection[tuple[str, UUID]] = ()
    skipped: Collection[tuple[str, UUID]] = ()
    foreign: Collection[str] = ()
    disturbed: Sequence[Disturbed] | None = None
