"""The broker's port: messages in partitions, sent in order per key, read by consumer groups."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from aiokafka.partitioner import murmur2

PARTITIONS = 12
"""Partitions of every topic; never changed, because a key would move (architecture, 3.2)."""


class Partition(NamedTuple):
    topic: str
    number: int


class Place(NamedTuple):
    """Where a message lies in its topic."""

    number: int
    offset: int


class Extent(NamedTuple):
    """What a partition holds: from its first offset to before its end."""

    start: int
    end: int


class Bookmark(NamedTuple):
    """From where a group goes on, and which message lies before that place."""

    offset: int
    mark: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent; `headers` and `value` are what the envelope makes."""

    topic: str
    key: bytes
    headers: Sequence[tuple[str, bytes]]
    value: bytes

    @property
    def size(self) -> int:
        return len(self.key) + len(self.value) + sum(len(k) + len(v) for k, v in self.headers)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read from its place in a topic."""

    partition: Partition
    offset: int
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None
    stamp: int = field(default=0, compare=False)
    """When it was written to its topic: what is written again has another."""


class BrokerFailed(Exception):
    """The broker could not be reached or refused: what was sent may or may not have arrived."""


class Producer(Protocol):
    """Sends to one topic, over connections that it keeps; when one is lost, all calls fail.

    A broker loses no tail of a log that it keeps while it runs. So what was found to be in the
    topic is still there when something is sent after it.
    """

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        """Sends all, in order per key; where each lies, once all are acknowledged.

        Else BrokerFailed: each may have arrived, or arrive later, but not after later messages
        of its key that the same producer sent.
        """
        ...

    async def extents(self) -> Mapping[int, Extent]:
        """What each partition of the topic holds now."""
        ...

    async def read(self, place: Place) -> Message | None:
        """The message at a place; None if there is none, or none that can be read."""
        ...


class Subscription(Protocol):
    """One member of a consumer group."""

    async def poll(self, seconds: float) -> Sequence[Message]:
        """The next messages, in order per partition; none after `seconds`, or if `rebalanced`."""
        ...

    async def commit(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        """Says from where the group goes on; BrokerFailed also where the group has moved on.

        Places that were read before that mean nothing: the topic may be another since.
        """
        ...

    def rebalanced(self) -> bool:
        """Whether what is assigned has changed, or a connection that is read over; until `rewind`.

        At first too. Behind a new connection may be a broker that lost some of its data.
        """
        ...

    def assigned(self) -> frozenset[Partition]: ...

    def pause(self) -> None:
        """Polls give nothing until `resume`, but keep the membership alive."""
        ...

    def resume(self) -> None: ...

    async def rewind(self) -> None:
        """Goes back to what is committed, in all assigned partitions.

        Where another message lies before that place, or none, the partition is read from its
        beginning. If the broker does not answer, `rebalanced` stays, and this is to be repeated.
        """
        ...

    async def lag(self) -> Mapping[Partition, int]:
        """How many messages the group has not committed, in all partitions of its topics."""
        ...


class Broker(Protocol):
    def producer(self, topic: str) -> AbstractAsyncContextManager[Producer]:
        """A topic that is missing is made first."""
        ...

    def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AbstractAsyncContextManager[Subscription]: ...


def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """Where Kafka's own clients put a key, so that all producers agree."""
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions
