"""What waits behind a message that cannot be handled, until someone asks for a retry or a skip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import NAMESPACE_OID, UUID, uuid5

from events.broker import Message, Partition
from events.decider import Rejected
from events.store import WriteSet

NO_PARTITION = -1
"""Of a message that is still in the log: what waits is in the order of its positions there."""

VIEWS = "views"
"""Stands where the group would, if it is a view that cannot read what its key was told."""

NOTHING = WriteSet()


class MovedOn(Rejected):
    """A message was to be left out that is not at the head of its key any more."""

    def __init__(self) -> None:
        super().__init__("moved-on", "Another message is the first by now; look at the key again.")


class ByItself(Rejected):
    """A view tries the keys that it parked again without being asked; it leaves nothing out."""

    def __init__(self) -> None:
        sentence = "A view tries this again by itself, each minute and with whatever is told next."
        super().__init__("tried-by-itself", sentence)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A key that is parked: why (a code), since when, how much waits, what was asked for.

    `head` is the id of the message that holds up the others, `first` its offset, or its position
    in the log.
    """

    lane: Lane
    partition: int
    reason: str
    parked_at: datetime
    messages: int
    head: int
    first: int
    request: Request

    @property
    def place(self) -> Partition:
        return Partition(self.lane.topic, self.partition)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The message at the head of a parked key; `tries` counts those since the last request.

    `skip` says that this very message is to be left out.
    """

    id: int
    message: Message
    tries: int
    skip: bool = False


class Parking(Protocol):
    """What operators see of parked keys; requests only change the row, the consumer drains."""

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        """The parked keys, oldest first."""
        ...

    async def request_retry(self, lane: Lane, beside: WriteSet = NOTHING) -> bool:
        """Asks for what waits to be tried again, in order; False if the key is not parked.

        `beside` (its idempotency record, its access line) is written with the request, or neither
        is; AlreadyAnswered if that record is there already.
        """
        ...

    async def request_skip(
        self, lane: Lane, message: int, reason: str, beside: WriteSet = NOTHING
    ) -> bool:
        """Asks for the head to be left out for a reason (a code), and the rest to be tried.

        As `request_retry`; MovedOn if another message is the head.
        """
        ...

    async def parked(self, group: str, key: UUID) -> bool:
        """Whether anything of the key waits in this group, of whatever topic."""
        ...


class Tries(Protocol):
    """Counts messages before they are handled, and forgets them when they are not in hand."""

    async def begin(self, group: str, messages: Sequence[Message]) -> Sequence[int]:
        """How often each was begun before; those that never were are counted as begun now."""
        ...

    async def count(self, group: str, message: Message) -> int:
        """Counts one more try of a message and says how many there were."""
        ...

    async def forget(self, group: str, messages: Sequence[Message]) -> None:
        """Takes back all that was counted of these."""
        ...


class Yard(Parking, Tries, Protocol):
    """What consumer and relay do with parked keys; each change of a key locks its row."""

    async def park(self, lane: Lane, message: Message, reason: str) -> None:
        """Parks the key with this message, or puts it behind what waits already."""
        ...

    async def behind(self, lane: Lane, message: Message) -> bool:
        """Puts the message behind what waits; False, and nothing is done, if nothing waits."""
        ...

    async def first(self, lane: Lane) -> Waiting | None:
        """The head of what waits, this try of it counted; None if nothing was asked for."""
        ...

    async def done(self, lane: Lane, waiting: Waiting) -> bool:
        """Takes the head out; True if the key is free again, because nothing waits any more."""
        ...

    async def skip(self, lane: Lane, waiting: Waiting) -> bool:
        """As `done`, and keeps what was left out and why; what follows is to be retried.

        Nothing is done unless this is still the message that is to be left out.
        """
        ...

    async def again(self, lane: Lane, waiting: Waiting, reason: str) -> None:
        """The head failed again and waits for the next request, if none came meanwhile."""
        ...


def lane_of(group: str, message: Message) -> Lane:
    """The lane of a message; a key that is no id gets one that says nothing about it."""
    raw = (message.key or b"").decode("latin-1")
    try:
        key = UUID(raw)
    except ValueError:
        key = uuid5(NAMESPACE_OID, raw)
    return Lane(group, message.partition.topic, key)


def event_of(message: Message) -> UUID | None:
    """The id of the event in a message, if it has one that can be read."""
    try:
        return UUID((dict(message.headers).get("ce_id") or b"").decode("latin-1"))
    except ValueError:
        return None
