"""Committed places in a topic that is another one by now: on Kafka and on its twin."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.client import ConnectionGroup
from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from dev.kafka import Broker as Server
from dev.kafka import administering
from events.backoff import Backoff
from events.broker import Bookmark, Broker, BrokerFailed, Message, Outgoing, Partition, Subscription
from events.broker_memory import MemoryBroker
from events.consumer import Consumer
from events.contracts import registry
from events.contracts.intake import OfferMade
from events.envelope import reads, to_message
from events.kafka import KafkaBroker, KafkaSubscription
from events.parking_memory import MemoryYard
from events.places import mark_of
from events.store import Json, Recorded
from events.testing import numbered, recorded
from simulation.broker import untroubled

KEYS = [numbered(n) for n in range(1, 5)]
KAFKA = [pytest.mark.system, pytest.mark.slow]


class Cluster(Protocol):
    """A broker that loses what it holds of a topic, but not the offsets of its groups."""

    @property
    def broker(self) -> Broker: ...

    async def lose(self, topic: str) -> None: ...

    async def expire(self, partition: Partition, start: int) -> None: ...

    async def committed(self, group: str) -> int: ...


class Twin:
    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker

    async def lose(self, topic: str) -> None:
        for number in range(self.broker.partitions):
            self.broker.lose_tail(Partition(topic, number), 0)

    async def expire(self, partition: Partition, start: int) -> None:
        self.broker.expire(partition, start)

    async def committed(self, group: str) -> int:
        return sum(at.offset for (g, _), at in self.broker.committed.items() if g == group)


class Kafka:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.broker = KafkaBroker(server.bootstrap)

    async def lose(self, topic: str) -> None:
        await self.server.kill()
        for folder in (self.server.process.folder / "data").glob(f"{topic}-*"):
            shutil.rmtree(folder)
        await self.server.start()

    async def wipe(self, topic: str) -> None:
        """Loses the offsets too."""
        await self.server.kill()
        self.server.wipe()
        await self.server.start()
        await self.broker.create_topics([topic])

    async def restart(self) -> None:
        await self.server.kill()
        await self.server.start()

    async def expire(self, partition: Partition, start: int) -> None:
        async with administering(self.server.bootstrap) as admin:
            upto = RecordsToDelete(before_offset=start)
            await admin.delete_records({TopicPartition(*partition): upto})

    async def committed(self, group: str) -> int:
        async with administering(self.server.bootstrap) as admin:
            try:
                offsets = await admin.list_consumer_group_offsets(group)
            except KafkaError:
                return 0
        return sum(at.offset for at in offsets.values())


@dataclass
class World:
    """A topic, a group, and what the group has done once for each event of it."""

    cluster: Cluster
    topic: str = field(default_factory=lambda: f"intake.events-{uuid4().hex}")
    group: str = field(default_factory=lambda: f"casefile.{uuid4().hex}")
    tried: list[int] = field(default_factory=list)
    done: dict[int, UUID] = field(default_factory=dict)

    async def send(self, positions: Sequence[int]) -> None:
        messages = [self.message(position) for position in positions]
        async with asyncio.timeout(60):
            while True:
                with suppress(BrokerFailed):
                    async with self.cluster.broker.producer(self.topic) as producer:
                        await producer.extents()
                        await producer.send(messages)
                        return
                await asyncio.sleep(0.1)

    def message(self, position: int) -> Outgoing:
        event: Recorded[Json] = recorded({}, position, key=KEYS[position % len(KEYS)])
        made = OfferMade(attempt=position, channel="letter", by_function="nurse")
        return replace(to_message(event, ("offer-made", made)), topic=self.topic)

    def consumer(self) -> Consumer:
        return Consumer(
            group=self.group,
            topics=[self.topic],
            read=_event,
            handle=self._handle,
            broker=self.cluster.broker,
            yard=MemoryYard(),
            backoff=Backoff(0.01, 0.1),
            look_seconds=0.1,
        )

    async def _handle(self, event: Recorded[Any]) -> None:
        self.tried.append(event.position)
        self.done.setdefault(event.position, event.key)

    async def consumed(self, most: int, messages: int) -> None:
        """Waits until all is done, and nothing is left to be read again."""
        await until(lambda: set(self.done) == set(range(1, most + 1)))
        async with asyncio.timeout(60):
            while await self.cluster.committed(self.group) != messages:  # noqa: ASYNC110 - as below
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def member(self) -> AsyncIterator[Subscription]:
        async with self.cluster.broker.subscribe(self.group, [self.topic]) as member:
            yield member

    def assert_each_once_in_order(self, most: int) -> None:
        assert set(self.done) == set(range(1, most + 1))
        for key in KEYS:
            own = [position for position, k in self.done.items() if k == key]
            assert own == sorted(own)


def _event(message: Message) -> Recorded[Any] | None:
    """Each test has a topic of its own."""
    partition = Partition("intake.events", message.partition.number)
    return reads(registry())(replace(message, partition=partition))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(110), asyncio.TaskGroup() as tasks:
        tasks.create_task(consumer.run(stop))
        yield
        stop.set()


async def read(member: Subscription, least: int) -> list[Message]:
    """What a member is given, once it was placed; at least so many."""
    found: list[Message] = []
    async with asyncio.timeout(60):
        while len(found) < least:
            if member.rebalanced():
                await member.rewind()
                found = []
            found += await member.poll(0.1)
    return found


async def placed(member: Subscription) -> None:
    """Put back, which a broker may refuse for a moment."""
    async with asyncio.timeout(60):
        await member.rewind()
        while member.rebalanced():
            await asyncio.sleep(0.05)
            await member.rewind()


@pytest.fixture(params=[MemoryBroker, untroubled, pytest.param(None, marks=KAFKA, id="kafka")])
def served(request: pytest.FixtureRequest) -> Server | MemoryBroker:
    """Kafka or a twin; a loop that runs could not begin a server for the session."""
    if request.param:
        twin: MemoryBroker = request.param()
        return twin
    kafka: Server = request.getfixturevalue("kafka_server")
    return kafka


@pytest.fixture
async def world(served: Server | MemoryBroker) -> World:
    return World(Twin(served)) if isinstance(served, MemoryBroker) else await _on_kafka(served)


async def _on_kafka(server: Server) -> World:
    if not server.process.running:
        await server.start()
    made = World(Kafka(server))
    await made.send([])
    return made


TEN, THIRTY = range(1, 11), range(1, 31)


async def test_what_came_where_repetitions_lay_is_handled(world: World) -> None:
    """Offset for offset the old topic ends where the new one goes on."""
    await world.send([*TEN, *TEN])
    async with running(world.consumer()):
        await world.consumed(10, messages=20)

    await world.cluster.lose(world.topic)
    await world.send(THIRTY)
    async with running(world.consumer()):
        await world.consumed(30, messages=30)

    world.assert_each_once_in_order(30)


async def test_a_member_goes_on_in_a_topic_that_was_lost_and_filled_under_it(world: World) -> None:
    await world.send([*TEN, *TEN])

    async with running(world.consumer()):
        await world.consumed(10, messages=20)
        await world.cluster.lose(world.topic)
        await world.send(THIRTY)
        await world.consumed(30, messages=30)

    world.assert_each_once_in_order(30)


@pytest.mark.system
@pytest.mark.slow
async def test_a_member_goes_on_in_a_cluster_that_was_wiped_and_filled_under_it(
    kafka_server: Server,
) -> None:
    world = await _on_kafka(kafka_server)
    await world.send([*TEN, *TEN])

    async with running(world.consumer()):
        await world.consumed(10, messages=20)
        await Kafka(kafka_server).wipe(world.topic)
        await world.send(THIRTY)
        await world.consumed(30, messages=30)

    world.assert_each_once_in_order(30)


@pytest.mark.system
@pytest.mark.slow
async def test_what_was_committed_is_not_read_again_after_a_broker_came_back_with_all_it_had(
    kafka_server: Server,
) -> None:
    """What came since may be, if its connection was seen to be new before it was committed."""
    world = await _on_kafka(kafka_server)
    await world.send(TEN)

    async with running(world.consumer()):
        await world.consumed(10, messages=10)
        await Kafka(kafka_server).restart()
        await world.send(range(11, 31))
        await world.consumed(30, messages=30)

    world.assert_each_once_in_order(30)
    assert sorted(position for position in world.tried if position in TEN) == [*TEN]


async def _fullest(world: World) -> list[Message]:
    """What lies in the partition that holds most, as a group of its own reads it."""
    async with world.cluster.broker.subscribe(f"{world.group}.all", [world.topic]) as member:
        found = await read(member, least=30)
    partitions = [message.partition for message in found]
    most = max(partitions, key=partitions.count)
    return [message for message in found if message.partition == most]


async def _left(world: World, bookmark: Bookmark, partition: Partition) -> int:
    """Which offset a group is given first that committed this."""
    async with world.member() as member:
        await read(member, least=30)
        await member.commit({partition: bookmark})
    async with world.member() as member:
        found = await read(member, least=30 - bookmark.offset)
    return min(message.offset for message in found if message.partition == partition)


async def test_what_is_at_its_place_is_not_read_again(world: World) -> None:
    await world.send(THIRTY)
    first, second, *_ = await _fullest(world)

    assert await _left(world, Bookmark(2, mark_of(second)), first.partition) == 2


async def test_what_is_at_another_place_is_read_from_the_beginning(world: World) -> None:
    await world.send(THIRTY)
    first, *_ = await _fullest(world)

    assert await _left(world, Bookmark(2, mark_of(first)), first.partition) == 0


async def test_what_is_to_be_read_again_counts_as_waiting(world: World) -> None:
    await world.send(THIRTY)
    own = await _fullest(world)
    [*_, last], partition = own, own[0].partition
    async with world.member() as member:
        await read(member, least=30)
        done = Bookmark(len(own), mark_of(last))
        await member.commit({partition: done})
        nothing = (await member.lag())[partition]
        await member.commit({partition: done._replace(mark=mark_of(own[0]))})
        await placed(member)

        assert (nothing, (await member.lag())[partition]) == (0, len(own))


@pytest.mark.parametrize("mark", ["", "of another tool"])
async def test_an_offset_that_others_committed_is_believed(world: World, mark: str) -> None:
    await world.send(THIRTY)
    first, *_ = await _fullest(world)

    assert await _left(world, Bookmark(2, mark), first.partition) == 2


async def test_what_its_time_ran_out_for_is_not_lost(world: World) -> None:
    await world.send(THIRTY)
    first, second, *_ = await _fullest(world)
    await world.cluster.expire(first.partition, 2)

    async with world.member() as member:
        await read(member, least=28)
        await member.commit({first.partition: Bookmark(2, mark_of(second))})
        await member.rewind()
        found = await read(member, least=28)

    assert min(m.offset for m in found if m.partition == first.partition) == 2


@pytest.mark.system
@pytest.mark.slow
async def test_a_connection_that_was_idle_is_made_anew_and_kept(kafka_server: Server) -> None:
    world = await _on_kafka(kafka_server)
    await world.send(THIRTY)
    async with world.member() as member:
        assert isinstance(member, KafkaSubscription)
        await read(member, least=30)
        member.pause()
        client = member._client._client
        old = client._conns[1, ConnectionGroup.DEFAULT]
        old.close(CloseReason.IDLE_DROP)

        await client.ready(1)
        assert await member.poll(0.1) == []
        assert member.rebalanced()
        found = await read(member, least=30)
        again = [member.rebalanced() for _ in range(20) if not await member.poll(0.05)]

    assert min(m.offset for m in found) == 0
    assert again == [False] * 20
