"""Relay and consumer, on servers and on their twins: order, lost leads, faults of the broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from prometheus_client import REGISTRY

from dev.kafka import Broker, administering
from events.backoff import Backoff
from events.broker import (
    PARTITIONS,
    BrokerFailed,
    Extent,
    Message,
    Outgoing,
    Partition,
    Place,
    Producer,
    partition_of,
)
from events.broker import Broker as AnyBroker
from events.broker_memory import MemoryBroker
from events.checkpoint import Checkpoint, MemoryCheckpoint, PostgresCheckpoint
from events.connection import connect
from events.consumer import Consumer
from events.contracts import registry
from events.contracts.intake import OfferMade
from events.envelope import reads
from events.kafka import KafkaBroker
from events.memory import MemoryStore
from events.parking import Lane, Yard
from events.parking_memory import MemoryYard
from events.parking_postgres import PostgresYard
from events.postgres import PostgresStore
from events.relay import Published, Relay, relay_group
from events.store import AlreadyDone, Json, Recorded, Store, WriteSet
from events.testing import draft, numbered, write
from simulation.broker import SERVER, StormyBroker, untroubled

Held = tuple[bytes, Sequence[tuple[str, bytes]]]
"""The key of a message and its headers."""

ON_KAFKA = [pytest.mark.system, pytest.mark.slow]
TOPIC = "intake.events"
KEYS = [numbered(n) for n in range(1, 9)]


def publish(event: Recorded[Json]) -> Published:
    if event.event.get("kind") == "bad":
        raise LookupError
    return "offer-made", OfferMade(attempt=1, channel="letter", by_function="nurse")


class StoppingBroker(KafkaBroker):
    """Its server can be stopped just before a request to it that brings messages."""

    def __init__(self, server: Broker) -> None:
        super().__init__(server.bootstrap)
        self.server = server
        self.stops = False

    @asynccontextmanager
    async def producer(self, topic: str) -> AsyncIterator[Producer]:
        async with super().producer(topic) as producer:
            yield StoppingProducer(self, producer)


@dataclass
class StoppingProducer:
    broker: StoppingBroker
    producer: Producer

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        if self.broker.stops:
            self.broker.stops = False
            self.broker.server.pause()
        return await self.producer.send(messages)

    async def extents(self) -> Mapping[int, Extent]:
        return await self.producer.extents()

    async def read(self, place: Place) -> Message | None:
        return await self.producer.read(place)


class Ground(Protocol):
    """What a relay and its consumers stand on, and what can happen to it."""

    @property
    def store(self) -> Store: ...

    @property
    def broker(self) -> AnyBroker: ...

    @property
    def yard(self) -> Yard: ...

    @property
    def checkpoint(self) -> Checkpoint: ...

    async def kill(self) -> None: ...

    async def start(self) -> None: ...

    def wipe(self) -> None:
        """Of a broker that was killed: it loses topics and offsets."""
        ...

    async def cut_short(self, number: int) -> None:
        """A log loses its end, as where a machine lost its power before all was written."""
        ...

    async def delete(self) -> None: ...

    async def end_leads(self) -> None: ...

    async def held(self) -> Sequence[Held]:
        """What a reader that comes now finds, partition by partition."""
        ...


class Twins:
    def __init__(self) -> None:
        self.store = MemoryStore("intake")
        self.broker = MemoryBroker()
        self.yard = MemoryYard()
        self.checkpoint = MemoryCheckpoint()

    async def kill(self) -> None:
        self.broker.down = True

    async def start(self) -> None:
        self.broker.down = False

    def wipe(self) -> None:
        self.broker.wipe()

    async def cut_short(self, number: int) -> None:
        held = len(self.broker.places(TOPIC)[number])
        self.broker.lose_tail(Partition(TOPIC, number), held * 2 // 3)

    async def delete(self) -> None:
        self.broker.delete(TOPIC)

    async def end_leads(self) -> None:
        self.checkpoint.end_session()

    async def held(self) -> Sequence[Held]:
        return [(m.key or b"", m.headers) for m in self.broker.messages(TOPIC)]


class Simulated(Twins):
    """The broker is the one of the simulation, in good weather."""

    broker: StormyBroker

    def __init__(self) -> None:
        super().__init__()
        self.broker = untroubled()

    async def kill(self) -> None:
        self.broker.world.down.add(SERVER)

    async def start(self) -> None:
        self.broker.world.down.clear()


class Servers:
    def __init__(self, url: str, store: PostgresStore, server: Broker) -> None:
        self.url = url
        self.store = store
        self.server = server
        self.broker = StoppingBroker(server)
        self.yard = PostgresYard(store.pool)
        self.checkpoint = PostgresCheckpoint(url)
        self.kill, self.start, self.wipe = server.kill, server.start, server.wipe

    async def cut_short(self, number: int) -> None:
        self.server.lose_tails([f"{TOPIC}-{number}"])

    async def delete(self) -> None:
        async with administering(self.server.bootstrap) as admin:
            await admin.delete_topics([TOPIC])

    async def end_leads(self) -> None:
        await _end_sessions_that_lead(self.url)

    async def held(self) -> Sequence[Held]:
        try:
            return [(m.key, m.headers) for m in await everything(self.server, TOPIC)]
        except KafkaError:
            return []

    async def empty(self) -> None:
        """Each test finds its topic empty."""
        async with administering(self.server.bootstrap) as admin:
            if TOPIC in await admin.list_topics():
                await admin.delete_topics([TOPIC])
                async with asyncio.timeout(20):
                    while TOPIC in await admin.list_topics():  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
        await self.broker.create_topics([TOPIC])
        await self.broker.create_topics([TOPIC])


class World:
    """The log of intake, its topic, and consumers with an inbox in the same database."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.store, self.broker = ground.store, ground.broker
        self.yard, self.checkpoint = ground.yard, ground.checkpoint
        self.group = f"casefile.{uuid4()}"
        self.effects: list[tuple[UUID, int]] = []

    def relay(self) -> Relay:
        return Relay(
            store=self.store,
            publish=publish,
            broker=self.broker,
            checkpoint=self.checkpoint,
            yard=self.yard,
            look_seconds=0.1,
            backoff=Backoff(0.1, 1),
        )

    def consumer(self) -> Consumer:
        return Consumer(
            group=self.group,
            topics=[TOPIC],
            read=reads(registry()),
            handle=self._handle,
            broker=self.broker,
            yard=self.yard,
            look_seconds=0.1,
            backoff=Backoff(0.1, 1),
        )

    async def _handle(self, event: Recorded[Any]) -> None:
        try:
            await self.store.append(WriteSet(message=(self.group, event.id)))
        except AlreadyDone:
            return
        self.effects.append((event.key, event.position))

    async def append(self, rounds: int) -> None:
        for _ in range(rounds):
            for key in KEYS:
                await self.store.append(write(draft(key)))

    async def arrived(self, position: int, seconds: float = 60) -> None:
        await until(lambda: len(self.effects) >= position, seconds)

    async def published_again(self, count: int, seconds: float = 60) -> None:
        """Reads the topic anew until it holds so many events."""
        async with asyncio.timeout(seconds):
            while len(set(await self.positions())) < count:  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.1)

    async def assert_topic_in_order(self, count: int) -> None:
        """Every event is there, and those of a key come first in the order of the log."""
        found = await self.positions()
        assert len(set(found)) == count
        for key in KEYS:
            own = list(dict.fromkeys(p for k, p in found if k == key))
            assert own == sorted(own)

    async def positions(self) -> list[tuple[UUID, int]]:
        found = await self.ground.held()
        return [(UUID(key.decode()), int(dict(headers)["ce_position"])) for key, headers in found]

    def assert_each_once_in_order(self, count: int) -> None:
        assert len(self.effects) == count
        for key in KEYS:
            own = [position for k, position in self.effects if k == key]
            assert own == sorted(set(own))


async def everything(server: Broker, topic: str) -> list[ConsumerRecord]:
    """What a reader that comes now finds, partition by partition."""
    client = AIOKafkaConsumer(bootstrap_servers=server.bootstrap, auto_offset_reset="earliest")
    await client.start()
    try:
        partitions = [TopicPartition(topic, n) for n in range(PARTITIONS)]
        client.assign(partitions)
        ends = await client.end_offsets(partitions)
        found: list[ConsumerRecord] = []
        while any([await client.position(p) < ends[p] for p in partitions]):
            for records in (await client.getmany(timeout_ms=1000)).values():
                found += records
        return found
    finally:
        await client.stop()


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.02)


@pytest.fixture
def addresses(database: str, kafka_server: Broker) -> tuple[str, Broker]:
    return database, kafka_server


@pytest.fixture
async def servers(addresses: tuple[str, Broker]) -> AsyncIterator[Servers]:
    async with serving(*addresses) as opened:
        yield opened


@pytest.fixture(params=[Twins, Simulated, pytest.param(None, marks=ON_KAFKA, id="servers")])
def served(request: pytest.FixtureRequest) -> tuple[str, Broker] | Twins:
    """Where the servers are, or twins of them."""
    if request.param:
        twins: Twins = request.param()
        return twins
    addresses: tuple[str, Broker] = request.getfixturevalue("addresses")
    return addresses


@pytest.fixture
async def world(served: tuple[str, Broker] | Twins) -> AsyncIterator[World]:
    if isinstance(served, Twins):
        yield World(served)
        return
    async with serving(*served) as opened:
        yield World(opened)


@asynccontextmanager
async def serving(database: str, kafka_server: Broker) -> AsyncIterator[Servers]:
    if not kafka_server.process.running:
        await kafka_server.start()
    async with PostgresStore.open(database, source="intake") as store:
        opened = Servers(database, store, kafka_server)
        await opened.empty()
        yield opened


@asynccontextmanager
async def running(*loops: Relay | Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(110), asyncio.TaskGroup() as tasks:
        for each in loops:
            tasks.create_task(each.run(stop))
        yield
        stop.set()


async def test_what_is_appended_arrives_once_in_order(world: World) -> None:
    await world.append(50)

    async with running(world.relay(), world.consumer()):
        await world.arrived(400)

    world.assert_each_once_in_order(400)
    await world.assert_topic_in_order(400)


@pytest.mark.system
@pytest.mark.slow
async def test_messages_lie_where_kafka_would_put_them(servers: Servers) -> None:
    world = World(servers)
    await world.append(2)

    async with running(world.relay(), world.consumer()):
        await world.arrived(16)

    records = await everything(servers.server, TOPIC)
    assert records
    assert all(record.partition == partition_of(record.key) for record in records)
    assert all(dict(record.headers)["ce_specversion"] == b"1.0" for record in records)


@pytest.mark.system
@pytest.mark.slow
async def test_topics_have_twelve_partitions_and_are_never_compacted(servers: Servers) -> None:
    async with administering(servers.server.bootstrap) as admin:
        async with asyncio.timeout(30):
            while not (partitions := await _partitions(admin)):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)  # a broker answers before it knows what it made
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC)])

    assert partitions == PARTITIONS
    settings = {entry[0]: entry[1] for entry in answers[0].resources[0][4]}
    assert settings["cleanup.policy"] == "delete"


async def _partitions(admin: AIOKafkaAdminClient) -> int:
    [topic] = await admin.describe_topics([TOPIC])
    return len(topic["partitions"])


async def test_members_that_come_and_go_lose_nothing_and_keep_the_order(world: World) -> None:
    async with running(world.relay(), world.consumer()):
        await world.append(5)
        await world.arrived(40)
        async with running(world.consumer()):
            await world.append(5)
            await world.arrived(80)
        await world.append(5)
        await world.arrived(120)

    world.assert_each_once_in_order(120)


async def test_nothing_is_lost_while_the_broker_is_down(world: World) -> None:
    relay = world.relay()
    async with running(relay, world.consumer()):
        await world.append(2)
        await world.arrived(16)
        await world.ground.kill()
        await world.append(10)
        await until(lambda: not relay.healthy)
        await world.ground.start()
        await world.arrived(96, seconds=90)

    world.assert_each_once_in_order(96)


async def test_a_broker_that_is_wiped_under_a_live_producer_is_filled_again_in_order(
    world: World,
) -> None:
    async with running(world.relay(), world.consumer()):
        await world.append(3)
        await world.arrived(24)
        async with asyncio.TaskGroup() as tasks:
            load = tasks.create_task(world.append(40))
            await until(lambda: len(world.effects) > 60)
            await world.ground.kill()
            world.ground.wipe()
            await world.ground.start()
            await load
        await world.arrived(344, seconds=90)

    world.assert_each_once_in_order(344)
    await world.assert_topic_in_order(344)


async def test_a_broker_that_was_wiped_holds_nothing(world: World) -> None:
    async with world.broker.producer(TOPIC) as producer:
        await producer.send([Outgoing(TOPIC, b"key", [("ce_position", b"1")], b"{}")])
    before = await world.ground.held()

    await world.ground.kill()
    world.ground.wipe()
    await world.ground.start()

    assert (len(before), await world.ground.held()) == (1, [])


async def test_a_wiped_broker_is_filled_again_although_nothing_is_appended(world: World) -> None:
    async with running(world.relay(), world.consumer()):
        await world.append(3)
        await world.arrived(24)
        await world.ground.kill()
        world.ground.wipe()
        await world.ground.start()

        await world.published_again(24)

    world.assert_each_once_in_order(24)


async def test_a_log_cut_short_while_its_broker_is_down_is_filled_again_in_order(
    world: World,
) -> None:
    async with running(world.relay(), world.consumer()):
        for round_ in range(1, 6):
            await world.append(1)
            await world.arrived(8 * round_)
        lost = tails_lost()
        await world.ground.kill()
        await world.ground.cut_short(partition_of(str(KEYS[0]).encode()))
        await world.append(2)
        await world.ground.start()

        await until(lambda: tails_lost() > lost)
        await world.published_again(56)
        await world.append(1)
        await world.arrived(64)

    world.assert_each_once_in_order(64)
    await world.assert_topic_in_order(64)


def tails_lost() -> float:
    return REGISTRY.get_sample_value("leidraad_relay_tail_lost_total", {"service": "intake"}) or 0


@pytest.mark.system
@pytest.mark.slow
async def test_a_request_that_lands_long_after_it_was_given_up_overtakes_nothing(
    servers: Servers,
) -> None:
    world = World(servers)
    relay = world.relay()
    async with running(relay, world.consumer()):
        await world.append(2)
        await world.arrived(16)
        await until(lambda: relay.healthy)
        servers.broker.stops = True
        try:
            await world.append(5)
            await until(lambda: not relay.healthy)
            await world.append(5)
        finally:
            servers.server.resume()
        await world.published_again(96)
        await world.arrived(96)

    world.assert_each_once_in_order(96)
    await world.assert_topic_in_order(96)
    positions = await world.positions()
    assert len(positions) > len(set(positions))  # the request did land, and its messages again


async def test_a_topic_that_is_deleted_under_a_live_broker_is_made_and_filled_again(
    world: World,
) -> None:
    async with running(world.relay(), world.consumer()):
        await world.append(3)
        await world.arrived(24)
        lost = tails_lost()
        await world.ground.delete()

        await until(lambda: tails_lost() > lost)
        await world.published_again(24)
        await world.append(2)
        await world.arrived(40)

    world.assert_each_once_in_order(40)
    await world.assert_topic_in_order(40)


async def test_a_relay_that_loses_its_connection_starts_over(world: World) -> None:
    async with running(world.relay(), world.relay(), world.consumer()):
        for round_ in range(1, 4):
            await world.append(1)
            await world.arrived(8 * round_)
            await world.ground.end_leads()
        await world.append(1)
        await world.arrived(32)

    world.assert_each_once_in_order(32)


async def _end_sessions_that_lead(url: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
            " and database = (select oid from pg_database where datname = current_database())"
        )
    finally:
        await connection.close()


async def test_a_key_that_cannot_be_mapped_is_parked_and_the_others_go_on(world: World) -> None:
    await world.store.append(write(draft(KEYS[0], {"kind": "bad"})))
    await world.append(2)
    lane = Lane(relay_group("intake"), TOPIC, KEYS[0])

    async with running(world.relay(), world.consumer()):
        await world.arrived(14)
        [parked] = await world.yard.list()
        assert (parked.lane, parked.messages) == (lane, 3)
        assert await world.yard.request_skip(lane, parked.head, "made-up")
        await world.arrived(16)

    assert await world.yard.list() == []
    world.assert_each_once_in_order(16)


async def test_a_producer_that_failed_sends_nothing_more(world: World) -> None:
    one = [Outgoing(TOPIC, b"key", [("ce_position", b"1")], b"{}")]
    async with world.broker.producer(TOPIC) as producer:
        await producer.send(one)
        await world.ground.kill()
        with pytest.raises(BrokerFailed):
            await producer.send(one)
        await world.ground.start()
        with pytest.raises(BrokerFailed):
            await producer.send(one)

    held = await world.ground.held()
    assert len(held) == 1


async def test_many_messages_of_one_partition_fill_several_batches(world: World) -> None:
    big = [Outgoing(TOPIC, b"key", [], bytes([n]) * 200_000) for n in range(12)]

    async with world.broker.producer(TOPIC) as producer:
        await producer.send(big)

    async with world.broker.subscribe(world.group, [TOPIC]) as member:
        seen: list[bytes] = []
        async with asyncio.timeout(30):
            while len(seen) < 12:
                if member.rebalanced():
                    await member.rewind()
                seen += [(m.value or b"")[:1] for m in await member.poll(1)]
        lag = await member.lag()
    assert seen == [bytes([n]) for n in range(12)]
    assert sum(lag.values()) == 12
