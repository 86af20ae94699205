"""The log's port: what is recorded, what a command writes all at once, and what can go wrong."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from events.occurrence import Occurred

E = TypeVar("E")
Json = dict[str, Any]

ANY = -1
"""An expected version that is not checked: for a log of what others have already decided."""

FINGERPRINT = "fingerprint"
"""The field of a vault record whose id says what persons share: equal ids, so alike persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Who caused an event, in which role, under which programme, and because of what.

    `more` is what a newer version said beside: it is stored again with what is caused by it.
    """

    actor: str
    role: str
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    programme: str | None = None
    programme_version: int | None = None
    more: Json = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event decided but not yet recorded; its version follows from the expected one."""

    id: UUID
    key: UUID
    stream: UUID
    type: str
    event: Json
    occurred: Occurred
    metadata: Metadata
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[E]):
    """An event of the log of a service; `key` is its case, or its stream if it has no case."""

    source: str
    position: int
    id: UUID
    key: UUID
    stream: UUID
    version: int
    type: str
    event: E
    occurred: Occurred
    recorded_at: datetime
    metadata: Metadata
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """What makes a request the same request: who, where, and the caller's Idempotency-Key."""

    subject: str
    route: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first answer to a request, kept for its repetitions; nothing personal is in it."""

    status: int
    location: str
    version: int
    position: int
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """One line of the access log: who did what to which record, and whether it was allowed."""

    actor: str
    role: str
    organisation: UUID | None
    action: str
    resource: str
    key: UUID | None
    outcome: str
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class DataKey:
    """A person's data key as it is stored: encrypted with the master key."""

    id: UUID
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An encrypted field; `key_id` is the person's data key, written wrapped if it is new."""

    person: UUID
    record: UUID
    field: str
    ciphertext: bytes
    key_id: UUID
    wrapped_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work outside the database, at or after `due_at`, until done or refused for good."""

    id: UUID
    kind: str
    key: UUID
    data: Json
    due_at: datetime | None = None
    metadata: Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSet:
    """Everything that one command writes: all of it or nothing.

    `expected` names the version of every stream that is appended to, and of every stream that was
    only read and must not have moved. `message` is (consumer group, message id). `done` are work
    items that this completes; one that is no longer there makes the whole set a repetition.
    """

    events: Sequence[Draft] = ()
    expected: Mapping[UUID, int] = field(default_factory=dict)
    request: tuple[RequestKey, Answer] | None = None
    message: tuple[str, UUID] | None = None
    access: Sequence[AccessLine] = ()
    vault: Sequence[Sealed] = ()
    work: Sequence[Work] = ()
    done: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the log stood after the append: its last position, and when that was recorded."""

    position: int
    recorded_at: datetime


class VersionConflict(Exception):
    """A stream is not at the version on which the decision was made."""

    def __init__(self, stream: UUID) -> None:
        super().__init__(f"stream {stream} has moved")
        self.stream = stream


class AlreadyAnswered(Exception):
    """The request was answered before; this is that answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("the request was answered before")
        self.answer = answer


class AlreadyDone(Exception):
    """The message was handled, or the work item done, before: nothing is to be written."""


class Erased(Exception):
    """The person's data were erased; nothing about them is stored again."""

    def __init__(self, person: UUID) -> None:
        super().__init__(f"person {person} was erased")
        self.person = person


class Unwritable(Exception):
    """The write set holds what the log cannot store, such as a NUL character or too long a key."""


class Unavailable(Exception):
    """The database did not answer in time or takes no writes; the same may succeed later."""


class Store(Protocol):
    """The log of one service. Every implementation passes `tests/events/test_store_contract.py`."""

    source: str

    async def append(self, write: WriteSet) -> Appended:
        """Writes all or nothing, or raises one of the exceptions above.

        The first check that fails counts: request, message, finished work, versions in the order of
        `expected`, vault. A set whose events are stored already is a success: it was committed, and
        the answer got lost.
        """
        ...

    async def history(self, key: UUID) -> list[Recorded[Json]]:
        """All events of all streams of a key, in the order of the log."""
        ...

    async def after(self, position: int, limit: int) -> list[Recorded[Json]]:
        """The next events of the log, without gaps."""
        ...

    async def head(self) -> Appended:
        """The last position and its time; position 0 of an empty log."""
        ...

    async def position_at(self, known_at: datetime) -> int:
        """The last position that was recorded by then."""
        ...

    async def answer(self, request: RequestKey) -> Answer | None:
        """The answer given to this request before, if any."""
        ...

    async def handled(self, message: tuple[str, UUID]) -> bool:
        """Whether a consumer group has handled a message."""
        ...

    async def data_key(self, person: UUID) -> DataKey | None:
        """The key of a person's vault fields, if there is one; raises Erased."""
        ...

    async def keep_key(self, person: UUID, key: DataKey) -> DataKey:
        """The key of a person: this one if there was none, else that one; raises Erased."""
        ...

    async def sealed(self, person: UUID, record: UUID | None = None) -> list[Sealed]:
        """A person's vault fields, all or those of one record; raises Erased."""
        ...

    async def alike(self, person: UUID) -> list[UUID]:
        """Others who share a fingerprint with a person, the newest fifty; none once erased."""
        ...

    async def erase(self, person: UUID) -> None:
        """Destroys a person's key and fields, and leaves a tombstone that no write set passes."""
        ...

    def turn(self, key: UUID) -> AbstractAsyncContextManager[None]:
        """Commands of one process on one key take turns, so that they seldom conflict."""
        ...

    def appended(self) -> AsyncIterator[None]:
        """Yields at once, when something may have been appended, and at least every 100 ms."""
        ...
