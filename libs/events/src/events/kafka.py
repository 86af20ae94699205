"""The broker's port on Apache Kafka: topics, and members of groups that commit by themselves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import IllegalStateError, KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.structs import OffsetAndMetadata

from events.broker import (
    PARTITIONS,
    Bookmark,
    BrokerFailed,
    Message,
    Partition,
    Producer,
    Subscription,
)
from events.kafka_places import Links, batch_at, committed, linked, links, places
from events.kafka_producer import (
    LOOK_SECONDS,
    REQUEST_MS,
    Layout,
    TopicMissing,
    layout_of,
    producing,
)
from events.kafka_reading import UNNAMED, message_of

T = TypeVar("T")
log = structlog.get_logger()
STOP_SECONDS = 5


class KafkaBroker:
    """A cluster, by the addresses of some of its brokers."""

    def __init__(self, bootstrap_servers: str, replication: int = 1) -> None:
        self._servers = bootstrap_servers
        self._replication = replication

    async def create_topics(self, topics: Iterable[str]) -> None:
        """Creates those that are missing: never compacted, because each event counts."""
        wanted = [
            NewTopic(t, PARTITIONS, self._replication, topic_configs={"cleanup.policy": "delete"})
            for t in topics
        ]
        admin = AIOKafkaAdminClient(bootstrap_servers=self._servers, request_timeout_ms=REQUEST_MS)
        try:
            await _asked(admin.start())
            answer = await _asked(admin.create_topics(wanted))
        finally:
            await admin.close()
        for topic, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise BrokerFailed(f"{topic}: {for_code(code).__name__}")

    @asynccontextmanager
    async def producer(self, topic: str) -> AsyncIterator[Producer]:
        layout = await _asked(self._layout(topic))
        async with AsyncExitStack() as stack:
            yield await _asked(stack.enter_async_context(producing(layout, topic)))

    async def _layout(self, topic: str) -> Layout:
        """A cluster needs a moment until it knows what it made."""
        async with asyncio.timeout(REQUEST_MS / 1000):
            while True:
                try:
                    return await layout_of(self._servers, topic)
                except TopicMissing:
                    await self.create_topics([topic])
                    await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Sequence[str]) -> AsyncIterator[Subscription]:
        client = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
            metadata_max_age_ms=10_000,
            request_timeout_ms=REQUEST_MS + 2_000,
        )
        member = KafkaSubscription(client, group, topics)
        try:
            client.subscribe(topics=list(topics), listener=member.listener)
            await _asked(client.start())
            yield member
        finally:
            await _stopped(client)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Sets a flag and does nothing else: what waits in a callback blocks the whole group."""

    changed = False

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.changed = self.changed or bool(revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        self.changed = True


class KafkaSubscription:
    """A member of a consumer group."""

    def __init__(self, client: AIOKafkaConsumer, group: str, topics: Sequence[str]) -> None:
        self.listener = _Listener()
        self._links: Links = {}
        self._next: dict[TopicPartition, int] = {}
        self._placed = True
        self._client = client
        self._group = group
        self._topics = topics

    async def poll(self, seconds: float) -> Sequence[Message]:
        polled = await _asked(self._polled(seconds))
        return [] if self.rebalanced() else polled

    async def _polled(self, seconds: float) -> Sequence[Message]:
        try:
            polled = await self._client.getmany(timeout_ms=int(seconds * 1000), max_records=500)
        except UNNAMED:
            return await self._batches()
        self._next |= {place: records[-1].offset + 1 for place, records in polled.items()}
        return [
            message_of(Partition(*place), record)
            for place, records in polled.items()
            for record in records
        ]

    async def _batches(self) -> Sequence[Message]:
        """What the client cannot read, by batches: it says neither where that is, nor what it read.

        So from each partition one is taken, at the place where that was before.
        """
        if self.rebalanced():
            return []
        self.pause()
        found = {place: await batch_at(self._client, place, at) for place, at in self._next.items()}
        if self.rebalanced():
            return []
        for place, batch in found.items():
            self._client.seek(place, batch.end)
            self._next[place] = batch.end
        self.resume()
        return [message for batch in found.values() for message in batch.messages]

    async def commit(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        if self.rebalanced():
            raise BrokerFailed("the group has moved on")
        offsets = {TopicPartition(*p): OffsetAndMetadata(*b) for p, b in bookmarks.items()}
        await _asked(self._client.commit(offsets))

    def rebalanced(self) -> bool:
        self.listener.changed = self.listener.changed or links(self._client) != self._links
        return self.listener.changed

    def assigned(self) -> frozenset[Partition]:
        return frozenset(Partition(p.topic, p.partition) for p in self._client.assignment())

    def pause(self) -> None:
        self._client.pause(*self._client.assignment())

    def resume(self) -> None:
        self._client.resume(*self._client.paused())

    async def rewind(self) -> None:
        """Fetches nothing meanwhile: an answer that is waited for would hold up the others."""
        self.listener.changed = False
        try:
            self.pause()
            self._links = await _asked(linked(self._client))
            self._next = dict(await _asked(places(self._client, self._group)))
            for partition, offset in self._next.items():
                self._client.seek(partition, offset)
            self.resume()
            self._placed = True
        except (BrokerFailed, IllegalStateError) as error:
            self.listener.changed = True
            if self._placed:
                log.warning("consumer.not-placed", group=self._group, reason=str(error))
            self._placed = False

    async def lag(self) -> Mapping[Partition, int]:
        every = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in self._client.partitions_for_topic(topic) or ()
        ]
        ends = await _asked(self._client.end_offsets(every))
        starts = await _asked(self._client.beginning_offsets(every))
        known = await _asked(committed(self._client, every))
        done = {p: self._done(p, at.offset) for p, at in known.items()}
        return {Partition(*p): max(ends[p] - max(done.get(p, 0), starts[p]), 0) for p in every}

    def _done(self, partition: TopicPartition, committed: int) -> int:
        """What it has to read again is not done, though it was once."""
        return min(committed, self._next.get(partition, committed))


async def _stopped(client: AIOKafkaConsumer) -> None:
    """A client that cannot say good-bye is let go, and its connections are closed all the same."""
    try:
        with suppress(BrokerFailed, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await _asked(client.stop())
    finally:
        await client._client.close()  # noqa: SLF001 - it is left open if stopping fails


async def _asked(answer: Awaitable[T]) -> T:
    """Waits for the client; all its ways to fail become one."""
    try:
        return await answer
    except (KafkaError, OSError, TimeoutError) as error:
        raise BrokerFailed(type(error).__name__) from error
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        # Nobody cancelled us: a task of the client's own was, which it tells in this way.
        raise BrokerFailed(type(error).__name__) from error
