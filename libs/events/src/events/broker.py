"""The broker's port: messages in partitions, sent in order per key, read by consumer groups."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from aiokafka.partitioner import murmur2

PARTITIONS = 12
"""Partitions of every topic; never changed, because a key would move (architecture, 3.2)."""


class Partition(NamedTuple):
    topic: str
    number: int


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


class BrokerFailed(Exception):
    """The broker could not be reached or refused: what was sent may or may not have arrived."""


class Producer(Protocol):
    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Sends all, in order per key, and returns when all are acknowledged; else BrokerFailed."""
        ...


class Subscription(Protocol):
    """One member of a consumer group."""

    async def poll(self, seconds: float) -> Sequence[Message]:
        """The next messages, in order per partition; none after `seconds`."""
        ...

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Says from where the group goes on; BrokerFailed also where the group has moved on.

        Places that were read before that mean nothing: the topic may be another since.
        """
        ...

    def rebalanced(self) -> bool:
        """Whether what is assigned has changed, at first too; until `rewind`."""
        ...

    def assigned(self) -> frozenset[Partition]: ...

    def pause(self) -> None:
        """Polls give nothing until `resume`, but keep the membership alive."""
        ...

    def resume(self) -> None: ...

    async def rewind(self) -> None:
        """Goes back to what is committed, in all assigned partitions."""
        ...

    async def lag(self) -> Mapping[Partition, int]:
        """How many messages the group has not committed, in all partitions of its topics."""
        ...


class Broker(Protocol):
    def producer(self) -> AbstractAsyncContextManager[Producer]: ...

    def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AbstractAsyncContextManager[Subscription]: ...


def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """Where Kafka's own clients put a key, so that all producers agree."""
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions
