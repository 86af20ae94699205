"""What waits behind a message that cannot be handled, until someone asks for a retry or a skip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from events.broker import Message


class Lane(NamedTuple):
    """What is handled in order: one key of one topic, as one consumer group sees it."""

    group: str
    topic: str
    key: UUID


class Request(StrEnum):
    """What was asked for over HTTP; the consumer acts on it."""

    NONE = "none"
    RETRY = "retry"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Parked:
    """A key that is parked: why, since when, how much waits, and what was asked for."""

    lane: Lane
    reason: str
    parked_at: datetime
    messages: int
    offset: int
    request: Request


class Parking(Protocol):
    """What operators see of parked keys; requests only change the row, the consumer drains."""

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        """The parked keys, oldest first."""
        ...

    async def request_retry(self, lane: Lane) -> bool:
        """Asks for the first message, and then those behind it, to be tried again; False if not parked."""
        ...

    async def request_skip(self, lane: Lane, reason: str) -> bool:
        """Asks for the first message to be left out for a reason (a code), the others to be tried."""
        ...

    async def parked(self, lane: Lane) -> bool:
        """Whether anything of the key waits: access to such a case is refused where consent is at stake."""
        ...


class Yard(Parking, Protocol):
    """What the consumer and the relay do with parked keys; each call locks the key's row."""

    async def park(self, lane: Lane, message: Message, reason: str) -> None:
        """Parks the key with this message as the first, or puts it behind what already waits."""
        ...

    async def behind(self, lane: Lane, message: Message) -> bool:
        """Puts the message behind what waits; False, and nothing done, if nothing waits any more."""
        ...

    async def lanes(self, group: str) -> dict[Lane, Request]:
        """The parked keys of a group and what was asked for each."""
        ...

    async def first(self, lane: Lane) -> tuple[Message, int] | None:
        """The message that waits at the head, counting this try of it; None if nothing waits."""
        ...

    async def done(self, lane: Lane, message: Message) -> bool:
        """Takes the message out; True if the key is free again, because nothing waits any more."""
        ...

    async def skip(self, lane: Lane) -> bool:
        """Leaves out the head as was asked, keeping who, what and why; True if the key is free again."""
        ...

    async def again(self, lane: Lane, reason: str) -> None:
        """The head failed again: waits for the next request."""
        ...
