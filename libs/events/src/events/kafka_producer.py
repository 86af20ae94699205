"""A producer that lives as long as its connections: what it found there holds for what it sends."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.errors import (
    GroupLoadInProgressError,
    KafkaError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest

from events.broker import (
    BrokerFailed,
    Extent,
    Message,
    Outgoing,
    Partition,
    Place,
    partition_of,
)
from events.kafka_reading import answered, asking_for

BATCH_BYTES = 500_000
REQUEST_MS = 10_000
LOOK_SECONDS = 0.05
LZ4 = 3
EVERY_REPLICA = -1
NOBODY = -1
FAILURES = (KafkaError, OSError, TimeoutError)
"""What the client raises when a broker is away, or says no."""


class TopicMissing(Exception):
    """The cluster knows no such topic."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a cluster keeps a topic: the addresses of its nodes, the leader of each partition."""

    nodes: Mapping[int, tuple[str, int]]
    leaders: Mapping[int, int]


@dataclass
class Sequences:
    """By these a broker knows a gap in what one producer sent to a partition, and refuses."""

    producer: int
    epoch: int
    next: dict[int, int] = field(default_factory=dict)


async def layout_of(servers: str, topic: str) -> Layout:
    """Asks the first of the servers that answers."""
    for host, port, _ in collect_hosts(servers):
        try:
            connection = await _connection(host, port)
        except FAILURES:
            continue
        try:
            return _layout(await connection.send(MetadataRequest([topic], False)))  # noqa: FBT003
        finally:
            _cut(connection)
    raise BrokerFailed("no server answers")


def _layout(answer: Any) -> Layout:  # noqa: ANN401 - the library makes its classes as it runs
    [(code, _, _, partitions)] = answer.topics
    if for_code(code) is UnknownTopicOrPartitionError:
        raise TopicMissing
    _check(code)
    for code, *_ in partitions:
        _check(code)
    nodes = {node: (host, port) for node, host, port, _ in answer.brokers}
    return Layout(nodes, {number: leader for _, number, leader, *_ in partitions})


async def _connection(host: str, port: int) -> AIOKafkaConnection:
    return await create_conn(host, port, client_id="leidraad-relay", request_timeout_ms=REQUEST_MS)


@asynccontextmanager
async def producing(layout: Layout, topic: str) -> AsyncIterator["KafkaProducer"]:
    """Connects once to each node that leads a partition, and never again."""
    connections: dict[int, AIOKafkaConnection] = {}
    try:
        for node in sorted(set(layout.leaders.values())):
            connections[node] = await _connection(*layout.nodes[node])
        producer = KafkaProducer(topic, layout.leaders, connections)
        await producer.begin()
        yield producer
    finally:
        for connection in connections.values():
            _cut(connection)


def _cut(connection: AIOKafkaConnection) -> None:
    """Without waiting until the other side has taken what is on its way."""
    writer = connection._writer  # noqa: SLF001 - the library itself closes only in good order
    connection.close()
    if writer:
        writer.transport.abort()


class KafkaProducer:
    """At most one batch per partition is on its way; any failure is the end of the producer."""

    def __init__(
        self,
        topic: str,
        leaders: Mapping[int, int],
        connections: Mapping[int, AIOKafkaConnection],
    ) -> None:
        self._topic = topic
        self._leaders = leaders
        self._connections = connections
        self._sequences = Sequences(NOBODY, NOBODY)

    async def begin(self) -> None:
        """A server that has just started needs a moment until it has numbers to give."""
        [node, *_] = self._connections
        async with asyncio.timeout(REQUEST_MS / 1000):
            while True:
                answer = await self._ask(node, InitProducerIdRequest(None, REQUEST_MS))
                if for_code(answer.error_code) is not GroupLoadInProgressError:
                    break
                await asyncio.sleep(LOOK_SECONDS)
        self._check(answer.error_code)
        self._sequences = Sequences(answer.producer_id, answer.producer_epoch)

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        waiting: dict[int, deque[tuple[int, Outgoing]]] = {}
        for index, message in enumerate(messages):
            number = partition_of(message.key, len(self._leaders))
            waiting.setdefault(number, deque()).append((index, message))
        places: dict[int, Place] = {}
        while waiting:
            places |= await self._round(waiting)
            waiting = {number: queue for number, queue in waiting.items() if queue}
        return [places[index] for index in range(len(messages))]

    async def _round(self, waiting: Mapping[int, deque[tuple[int, Outgoing]]]) -> dict[int, Place]:
        """One batch to each partition; where its messages lie, by their index."""
        taken: dict[int, Sequence[int]] = {}
        data: dict[int, bytes] = {}
        for number, queue in waiting.items():
            taken[number], data[number] = self._batch(number, queue)
        answers = await self._of_all(
            list(waiting),
            lambda numbers: ProduceRequest(
                None, EVERY_REPLICA, REQUEST_MS, [(self._topic, [(n, data[n]) for n in numbers])]
            ),
        )
        places: dict[int, Place] = {}
        for number, (first, *_) in answers.items():
            self._sequences.next[number] += len(taken[number])
            for offset, index in enumerate(taken[number], first):
                places[index] = Place(number, offset)
        return places

    def _batch(
        self, number: int, queue: deque[tuple[int, Outgoing]]
    ) -> tuple[Sequence[int], bytes]:
        batch = BatchBuilder(BATCH_BYTES, LZ4)
        taken: list[int] = []
        while queue and _added(batch, queue[0][1]):
            taken.append(queue.popleft()[0])
        own = self._sequences
        batch._set_producer_state(own.producer, own.epoch, own.next.setdefault(number, 0))  # noqa: SLF001
        return taken, bytes(batch._build())  # noqa: SLF001 - a batch can be built nowhere else

    async def extents(self) -> Mapping[int, Extent]:
        starts, ends = await asyncio.gather(
            self._offsets(OffsetResetStrategy.EARLIEST), self._offsets(OffsetResetStrategy.LATEST)
        )
        return {number: Extent(start, ends[number]) for number, start in starts.items()}

    async def _offsets(self, which: int) -> dict[int, int]:
        answers = await self._of_all(
            list(self._leaders),
            lambda numbers: OffsetRequest(-1, 0, [(self._topic, [(n, which) for n in numbers])]),
        )
        return {number: offset for number, (_, offset, *_) in answers.items()}

    async def read(self, place: Place) -> Message | None:
        partition = Partition(self._topic, place.number)
        request = asking_for(partition, place.offset)
        answer = await self._ask(self._leaders[place.number], request)
        try:
            return answered(answer, partition, place.offset)
        except KafkaError as error:
            self._end()
            raise BrokerFailed(type(error).__name__) from error

    async def _of_all(
        self, numbers: Sequence[int], request: Callable[[Sequence[int]], Any]
    ) -> dict[int, Sequence[Any]]:
        """Asks the leaders of these partitions; what each says of its own, after the code."""
        by_node: dict[int, list[int]] = {}
        for number in numbers:
            by_node.setdefault(self._leaders[number], []).append(number)
        answers = await asyncio.gather(*(self._ask(n, request(own)) for n, own in by_node.items()))
        found: dict[int, Sequence[Any]] = {}
        for answer in answers:
            [(_, partitions)] = answer.topics
            for number, code, *rest in partitions:
                self._check(code)
                found[number] = rest
        return found

    async def _ask(self, node: int, request: object) -> Any:  # noqa: ANN401 - as above
        """Whatever goes wrong, nothing more is sent: what is on its way may still arrive."""
        try:
            return await self._connections[node].send(request)
        except BaseException as error:
            self._end()
            if isinstance(error, FAILURES):
                raise BrokerFailed(type(error).__name__) from error
            raise

    def _check(self, code: int) -> None:
        if code:
            self._end()
            _check(code)

    def _end(self) -> None:
        for connection in self._connections.values():
            _cut(connection)


def _added(batch: BatchBuilder, message: Outgoing) -> bool:
    added = batch.append(
        timestamp=None, key=message.key, value=message.value, headers=message.headers
    )
    return added is not None


def _check(code: int) -> None:
    if code:
        raise BrokerFailed(for_code(code).__name__)
