"""A header whose name is no text: its message is parked as unreadable, and no other key waits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
from aiokafka.conn import create_conn
from aiokafka.protocol.fetch import FetchResponse_v4
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from dev.kafka import Broker as Server
from events.backoff import Backoff
from events.broker import Broker, Message, Outgoing, Partition, partition_of
from events.broker_memory import MemoryBroker
from events.consumer import Consumer
from events.contracts import registry
from events.contracts.intake import OfferMade
from events.envelope import reads, to_message
from events.kafka import KafkaBroker
from events.kafka_reading import answered, following
from events.parking_memory import MemoryYard
from events.store import Json, Recorded
from events.testing import numbered, recorded
from simulation.broker import untroubled

PLAIN, GZIP, LZ4 = 0, 1, 3
RAW, READ = b"\xffnote", "\udcffnote"
ONE = numbered(1)


def number_of(key: UUID) -> int:
    return partition_of(str(key).encode())


OTHER = next(k for k in map(numbered, range(2, 99)) if number_of(k) == number_of(ONE))
ELSEWHERE = next(k for k in map(numbered, range(2, 99)) if number_of(k) != number_of(ONE))


class Name(str):
    """The name of a header, in the bytes that another program wrote."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return RAW if self == READ else super().encode(encoding, errors)


def event(position: int, key: UUID, *more: str) -> Outgoing:
    made = OfferMade(attempt=position, channel="letter", by_function="nurse")
    occurred: Recorded[Json] = recorded({}, position, key=key)
    message = to_message(occurred, ("offer-made", made))
    return replace(message, headers=[*message.headers, *((name, b"x") for name in more)])


def batch(messages: Sequence[Outgoing], compression: int = PLAIN) -> bytes:
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, -1, 1_000_000)
    for offset, message in enumerate(messages):
        headers = [(Name(name), value) for name, value in message.headers]
        builder.append(offset, None, message.key, message.value, headers)
    return bytes(builder.build())


class Bus(Protocol):
    @property
    def broker(self) -> Broker: ...

    async def send(self, topic: str, messages: Sequence[Outgoing]) -> None:
        """One batch to each partition."""
        ...


class Twin:
    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker

    async def send(self, topic: str, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            self.broker.put(replace(message, topic=topic))


class Kafka:
    def __init__(self, server: Server) -> None:
        self.broker = KafkaBroker(server.bootstrap)
        self._server = server

    async def send(self, topic: str, messages: Sequence[Outgoing]) -> None:
        await self.broker.create_topics([topic])
        host, port = self._server.bootstrap.split(":")
        connection = await create_conn(host, int(port))
        ordered = sorted(messages, key=_number)
        waiting = {number: batch([*own]) for number, own in groupby(ordered, _number)}
        async with asyncio.timeout(30):
            while waiting:  # a broker needs a moment until it leads what it made
                request = ProduceRequest(None, -1, 10_000, [(topic, [*waiting.items()])])
                [(_, answers)] = (await connection.send(request)).topics
                for number, code, *_ in answers:
                    if not code:
                        del waiting[number]
                await asyncio.sleep(0.02)
        connection.close()


def _number(message: Outgoing) -> int:
    return partition_of(message.key)


@dataclass
class World:
    bus: Bus
    topic: str = field(default_factory=lambda: f"intake.events-{uuid4().hex}")
    yard: MemoryYard = field(default_factory=MemoryYard)
    handled: list[int] = field(default_factory=list)

    async def send(self, *messages: Outgoing) -> None:
        await self.bus.send(self.topic, messages)

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[None]:
        consumer = Consumer(
            group=f"casefile.{self.topic}",
            topics=[self.topic],
            read=_event,
            handle=self._handle,
            broker=self.bus.broker,
            yard=self.yard,
            backoff=Backoff(0.01, 0.1),
            look_seconds=0.1,
        )
        stop = asyncio.Event()
        async with asyncio.timeout(25), asyncio.TaskGroup() as tasks:
            tasks.create_task(consumer.run(stop))
            yield
            stop.set()

    async def _handle(self, event: Recorded[Any]) -> None:
        self.handled.append(event.position)


def _event(message: Message) -> Recorded[Any] | None:
    """Each test has a topic of its own."""
    partition = Partition("intake.events", message.partition.number)
    return reads(registry())(replace(message, partition=partition))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0.02)


@pytest.fixture(
    params=[
        MemoryBroker,
        untroubled,
        pytest.param(None, marks=[pytest.mark.system, pytest.mark.slow], id="kafka"),
    ]
)
def world(request: pytest.FixtureRequest) -> World:
    if request.param:
        return World(Twin(request.param()))
    return World(Kafka(request.getfixturevalue("kafka_server")))


async def test_it_parks_its_key_and_all_others_go_on(world: World) -> None:
    await world.send(event(1, OTHER), event(2, ELSEWHERE))
    await world.send(event(3, OTHER), event(4, ONE, READ), event(5, OTHER), event(6, ONE))
    await world.send(event(7, OTHER), event(8, ELSEWHERE))

    async with world.consuming():
        await until(lambda: set(world.handled) == {1, 2, 3, 5, 7, 8})
        [parked] = await world.yard.list()
        await world.yard.request_skip(parked.lane, parked.head, "made-up")
        await until(lambda: 6 in world.handled)

    assert (parked.lane.key, parked.reason, parked.first) == (ONE, "unreadable", 2)
    assert [p for p in world.handled if p in {1, 3, 5, 7}] == [1, 3, 5, 7]
    assert [(lane, message.offset) for lane, message, _ in world.yard.skipped] == [(parked.lane, 2)]


async def test_the_place_after_it_is_one_to_go_on_from(world: World) -> None:
    await world.send(event(1, OTHER), event(2, ONE, READ))
    async with world.consuming():
        await until(lambda: world.handled == [1])
        await until(lambda: world.yard._keys != {})

    await world.send(event(3, OTHER))
    async with world.consuming():
        await until(lambda: 3 in world.handled)

    assert world.handled == [1, 3]


@pytest.mark.parametrize("compression", [PLAIN, GZIP, LZ4])
def test_a_batch_is_read_whatever_its_headers_are_called(compression: int) -> None:
    place = Partition("intake.events", 0)
    sent = [event(1, OTHER), event(2, ONE, READ, "é"), event(3, OTHER)]
    fetched: tuple[object, ...] = (0, 0, 3, 3, [], batch(sent, compression))
    answer = FetchResponse_v4.decode(FetchResponse_v4(0, [(place.topic, [fetched])]).encode())

    found = following(answer, place, 1)
    one = answered(answer, place, 1)

    assert found.end == 3
    assert found.messages[0] == one
    assert [(m.offset, m.key, m.value, m.headers) for m in found.messages] == [
        (offset, m.key, m.value, m.headers) for offset, m in enumerate(sent) if offset
    ]
