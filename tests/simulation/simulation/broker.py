"""The broker in bad weather: partitions overtake each other, commits get lost, members go deaf."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from events.broker import PARTITIONS as EVERY_PARTITION
from events.broker import (
    Bookmark,
    BrokerFailed,
    Extent,
    Message,
    Outgoing,
    Partition,
    Place,
    partition_of,
)
from events.broker_memory import NOWHERE, MemoryBroker, MemoryProducer, MemorySubscription
from events.parking import event_of
from simulation.loop import PROCESS, Process, SeededLoop
from simulation.wire import Wire
from simulation.world import Fate, World

T = TypeVar("T")
SERVER = "broker"
PARTITIONS = 3
FORGOTTEN = 0.05
"""How many of the commits of a storm are acknowledged and lost, beside those that come late."""
LONGER = 5
"""A poll waits so many times as long as it was asked to, to spare the time of the machine."""


class StormyBroker(MemoryBroker):
    def __init__(self, world: World, partitions: int = PARTITIONS) -> None:
        super().__init__(partitions)
        self.world = world
        self.arrived = 0
        self.arrivals: dict[UUID, int] = {}
        self.history: dict[tuple[str, Partition], list[Bookmark]] = {}
        self.ambush: Callable[[str], Awaitable[None]] | None = None
        self._wire = Wire(world, SERVER, BrokerFailed)

    def check(self) -> None:
        if SERVER in self.world.down:
            raise BrokerFailed("the broker is down")

    @asynccontextmanager
    async def producer(self, topic: str) -> AsyncIterator["StormyProducer"]:
        self.check()
        yield StormyProducer(self, topic)

    def put(self, message: Outgoing) -> Place:
        self.arrived += 1
        place = super().put(message)
        id_ = event_of(self.places(message.topic)[place.number][place.offset])
        if id_ is not None:
            self.arrivals[id_] = self.arrived
        self.world.note(f"{message.topic}/{place.number} holds {id_} at {place.offset}")
        return place

    def joined(self, group: str, topics: Sequence[str]) -> "StormySubscription":
        return StormySubscription(self, group, topics)

    async def call(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        return await self._wire.call(name, work)

    async def strike(self, topic: str) -> None:
        """What lay in wait for the moment after a chunk was sent, before anybody knows of it."""
        ambush, self.ambush = self.ambush, None
        if ambush and self.world.storm:
            self.world.counted["ambush"] += 1
            await ambush(topic.removesuffix(".events"))

    def forget(self, process: Process) -> None:
        """The sessions of a process that says nothing any more time out."""
        members = [m for members in self.members.values() for m in members]
        for member in members:
            if isinstance(member, StormySubscription) and member.process is process:
                self.expel(member)

    def lose_offsets(self) -> bool:
        """Some groups go on from where they were once, or from the beginning; True if any does."""
        before = dict(self.committed)
        for place in sorted(self.committed):
            if self.world.chance.random() < 0.5:
                del self.history[place][self.world.chance.randint(0, len(self.history[place])) :]
                self.committed[place] = [NOWHERE, *self.history[place]][-1]
        for group in self.members:
            self._rebalance(group)
        return self.committed != before

    def lose_some_tail(self) -> bool:
        """The offsets stay where they are, and no relay and no member is told."""
        held = [p for topic in sorted(self.topics) for p in self.topics[topic] if p]
        if held:
            place = self.world.chance.choice(held)
            self.lose_tail(place[0].partition, self.world.chance.randrange(len(place)))
        return bool(held)

    @property
    def holds_messages(self) -> bool:
        return any(map(self.messages, self.topics))

    def wipe(self) -> None:
        super().wipe()
        self.history.clear()


class StormyProducer(MemoryProducer):
    """One message of each partition at a time; the partitions go ahead of each other."""

    def __init__(self, broker: StormyBroker, topic: str) -> None:
        super().__init__(broker, topic)
        self._stormy = broker

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        queues: dict[int, deque[tuple[int, Outgoing]]] = {}
        for index, message in enumerate(messages):
            number = partition_of(message.key, self._broker.partitions)
            queues.setdefault(number, deque()).append((index, message))
        places: dict[int, Place] = {}
        while queues:
            number = self._stormy.world.chance.choice(list(queues))
            index, message = queues[number].popleft()
            with self.used():
                places[index] = await self._stormy.call("send", partial(self._sent, message))
            if not queues[number]:
                del queues[number]
        await self._stormy.strike(self._topic)
        return [places[index] for index in range(len(messages))]

    async def extents(self) -> Mapping[int, Extent]:
        with self.used():
            return await self._stormy.call("extents", super().extents)

    async def read(self, place: Place) -> Message | None:
        with self.used():
            return await self._stormy.call("read", partial(super().read, place))


class StormySubscription(MemorySubscription):
    def __init__(self, broker: StormyBroker, group: str, topics: Sequence[str]) -> None:
        super().__init__(broker, group, topics)
        self.process = PROCESS.get(None)
        self._stormy = broker
        self._world = broker.world
        self._deaf = False

    async def poll(self, seconds: float) -> Sequence[Message]:
        if self._deaf:
            await asyncio.sleep(seconds * LONGER)
            return []
        if self._fate() is not Fate.REQUEST_LOST:
            return await super().poll(seconds * LONGER)
        self._deaf = self._world.chance.random() < self._world.climate.deaf
        if self._deaf:
            self._world.struck("deaf member", "a member hears nothing any more")
            return []
        raise BrokerFailed("no answer to a poll")

    def rebalanced(self) -> bool:
        """Who is deaf hears of no rebalance; that its connections are new it sees by itself."""
        return (self._rebalanced and not self._deaf) or self._life != self._broker.life

    async def commit(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        fate = self._fate()
        if fate is Fate.REQUEST_LOST:
            raise BrokerFailed("the commit got lost")
        forgotten = self._world.storm and self._world.chance.random() < FORGOTTEN
        if fate is Fate.LATE or forgotten:
            self._world.struck("commit lost", "a commit is acknowledged and lost")
            return
        await super().commit(bookmarks)
        for partition, bookmark in bookmarks.items():
            self._stormy.history.setdefault((self._group, partition), []).append(bookmark)
        if fate is Fate.ANSWER_LOST:
            raise BrokerFailed("no answer to a commit")

    def _fate(self) -> Fate:
        return self._world.fate(SERVER)

    def _next(self) -> list[Message]:
        """Partitions in any order, and of each as much as it pleases."""
        self._broker.check()
        if self._paused or super().rebalanced():
            return []
        found: list[Message] = []
        chance = self._world.chance
        for partition in chance.sample(sorted(self._positions), len(self._positions)):
            place = self._broker.places(partition.topic)[partition.number]
            position = self._positions[partition]
            taken = place[position : position + chance.choice([1, 3, 100])]
            found += taken
            self._positions[partition] = position + len(taken)
        return found


def untroubled() -> StormyBroker:
    """What the simulation stands on, in good weather: it passes the tests of every broker.

    It runs on any loop, since nothing that is asked of it comes late; `world.down` takes it away.
    """
    loop = SeededLoop(0)
    loop.close()
    world = World(0, loop)
    world.storm = False
    world.climate = replace(world.climate, slow=0, deaf=0)
    return StormyBroker(world, EVERY_PARTITION)
