"""The broker's port on Apache Kafka: batches that we build ourselves, offsets that we commit."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import IllegalStateError, KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import ConsumerRecord

from events.broker import (
    PARTITIONS,
    BrokerFailed,
    Message,
    Outgoing,
    Partition,
    Producer,
    Subscription,
    partition_of,
)

T = TypeVar("T")
BATCH_BYTES = 500_000
REQUEST_MS = 10_000
SEND_SECONDS = 10
STOP_SECONDS = 5


class KafkaBroker:
    """A cluster, by the addresses of some of its brokers."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._servers = bootstrap_servers

    async def create_topics(
        self, topics: Iterable[str], *, partitions: int = PARTITIONS, replication: int = 1
    ) -> None:
        """Creates those that are missing: never compacted, because each event counts."""
        wanted = [
            NewTopic(t, partitions, replication, topic_configs={"cleanup.policy": "delete"})
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
    async def producer(self) -> AsyncIterator[Producer]:
        client = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            compression_type="lz4",
            request_timeout_ms=REQUEST_MS,
        )
        try:
            await _asked(client.start())
            yield KafkaProducer(client)
        finally:
            await _stopped(client)

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Sequence[str]) -> AsyncIterator[Subscription]:
        client = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            metadata_max_age_ms=10_000,
            request_timeout_ms=REQUEST_MS + 2_000,
        )
        member = KafkaSubscription(client, topics)
        try:
            client.subscribe(topics=list(topics), listener=member.listener)
            await _asked(client.start())
            yield member
        finally:
            await _stopped(client)


class KafkaProducer:
    """Sends at most one batch per partition at a time, so that no retry can change the order."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self._client = client

    async def send(self, messages: Sequence[Outgoing]) -> None:
        waiting: dict[Partition, deque[Outgoing]] = {}
        for message in messages:
            waiting.setdefault(await self._partition(message), deque()).append(message)
        while waiting:
            await _asked(self._round(waiting))
            waiting = {partition: queue for partition, queue in waiting.items() if queue}

    async def _partition(self, message: Outgoing) -> Partition:
        partitions = await _asked(self._client.partitions_for(message.topic))
        return Partition(message.topic, partition_of(message.key, len(partitions)))

    async def _round(self, waiting: Mapping[Partition, deque[Outgoing]]) -> None:
        """The client itself would try for ever: an idempotent batch does not expire."""
        async with asyncio.timeout(SEND_SECONDS):
            sent = [
                await self._client.send_batch(self._batch(queue), topic, partition=number)
                for (topic, number), queue in waiting.items()
            ]
            answers = await asyncio.gather(*sent, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer

    def _batch(self, queue: deque[Outgoing]) -> BatchBuilder:
        batch = self._client.create_batch()
        while queue and self._added(batch, queue[0]):
            queue.popleft()
        batch.close()
        return batch

    @staticmethod
    def _added(batch: BatchBuilder, message: Outgoing) -> bool:
        added = batch.append(
            timestamp=None, key=message.key, value=message.value, headers=message.headers
        )
        return added is not None


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Sets a flag and does nothing else: what waits in a callback blocks the whole group."""

    changed = False

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self.changed = self.changed or bool(revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        self.changed = True


class KafkaSubscription:
    """A member of a consumer group."""

    def __init__(self, client: AIOKafkaConsumer, topics: Sequence[str]) -> None:
        self.listener = _Listener()
        self._client = client
        self._topics = topics

    async def poll(self, seconds: float) -> Sequence[Message]:
        polled = await _asked(self._client.getmany(timeout_ms=int(seconds * 1000), max_records=500))
        return [_message(record) for records in polled.values() for record in records]

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        if self.listener.changed:
            raise BrokerFailed("the group has moved on")
        await _asked(self._client.commit({TopicPartition(*p): o for p, o in offsets.items()}))

    def rebalanced(self) -> bool:
        return self.listener.changed

    def assigned(self) -> frozenset[Partition]:
        return frozenset(Partition(p.topic, p.partition) for p in self._client.assignment())

    def pause(self) -> None:
        self._client.pause(*self._client.assignment())

    def resume(self) -> None:
        self._client.resume(*self._client.paused())

    async def rewind(self) -> None:
        self.listener.changed = False
        try:
            for partition in self._client.assignment():
                await self._rewind(partition)
        except IllegalStateError:
            self.listener.changed = True

    async def _rewind(self, partition: TopicPartition) -> None:
        committed = await _asked(self._client.committed(partition))
        if committed is None:
            await _asked(self._client.seek_to_beginning(partition))
        else:
            self._client.seek(partition, committed)

    async def lag(self) -> Mapping[Partition, int]:
        every = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in self._client.partitions_for_topic(topic) or ()
        ]
        ends = await _asked(self._client.end_offsets(every))
        starts = await _asked(self._client.beginning_offsets(every))
        committed = await _asked(asyncio.gather(*map(self._client.committed, every)))
        return {
            Partition(p.topic, p.partition): max(ends[p] - max(at or 0, starts[p]), 0)
            for p, at in zip(every, committed, strict=True)
        }


def _message(record: ConsumerRecord) -> Message:
    partition = Partition(record.topic, record.partition)
    return Message(partition, record.offset, record.key, record.headers, record.value)


async def _stopped(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """A client that cannot say good-bye is let go, and its connections are closed all the same."""
    try:
        with suppress(BrokerFailed, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await _asked(client.stop())
    finally:
        connections = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
        await connections.close()


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
