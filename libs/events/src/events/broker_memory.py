"""The in-memory twin of the broker: it can be down, be wiped, and lose the tail of a log."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

from events.backoff import pause
from events.broker import (
    PARTITIONS,
    Bookmark,
    BrokerFailed,
    Extent,
    Message,
    Outgoing,
    Partition,
    Place,
    partition_of,
)
from events.places import is_at, names_a_message, tell_lost

NOWHERE = Bookmark(0, "")


class MemoryBroker:
    """Topics, groups and their members in memory."""

    def __init__(self, partitions: int = PARTITIONS) -> None:
        self.down = False
        self.life = 0
        self.partitions = partitions
        self.topics: dict[str, list[list[Message]]] = {}
        self.expired: dict[Partition, int] = {}
        self.written = 0
        self.committed: dict[tuple[str, Partition], Bookmark] = {}
        self.members: dict[str, list[MemorySubscription]] = {}

    @asynccontextmanager
    async def producer(self, topic: str) -> AsyncIterator["MemoryProducer"]:
        self.check()
        yield MemoryProducer(self, topic)

    @asynccontextmanager
    async def subscribe(
        self, group: str, topics: Sequence[str]
    ) -> AsyncIterator["MemorySubscription"]:
        self.check()
        member = self.joined(group, topics)
        self.members.setdefault(group, []).append(member)
        self._rebalance(group)
        try:
            yield member
        finally:
            self.expel(member)

    def joined(self, group: str, topics: Sequence[str]) -> "MemorySubscription":
        """A member that is new in its group."""
        return MemorySubscription(self, group, topics)

    def check(self) -> None:
        if self.down:
            raise BrokerFailed("the broker is down")

    def put(self, message: Outgoing) -> Place:
        number = partition_of(message.key, self.partitions)
        place = self.places(message.topic)[number]
        partition = Partition(message.topic, number)
        self.written += 1
        headers = list(message.headers)
        place.append(
            Message(partition, len(place), message.key, headers, message.value, self.written)
        )
        for member in (m for members in self.members.values() for m in members):
            member.news.set()
        return Place(number, len(place) - 1)

    def places(self, topic: str) -> list[list[Message]]:
        return self.topics.setdefault(topic, [[] for _ in range(self.partitions)])

    def messages(self, topic: str) -> list[Message]:
        """All messages of a topic, partition by partition."""
        return [message for place in self.places(topic) for message in place]

    def wipe(self) -> None:
        """Loses all topics and offsets, as a broker whose disk is gone."""
        self.life += 1
        self.topics.clear()
        self.expired.clear()
        self.committed.clear()
        for group in self.members:
            self._rebalance(group)

    def lose_tail(self, partition: Partition, keep: int) -> None:
        """Comes back with a shorter log, as a broker that had not written all of it."""
        self.life += 1
        del self.places(partition.topic)[partition.number][keep:]

    def expire(self, partition: Partition, start: int) -> None:
        """Nothing before this offset is kept any longer."""
        self.expired[partition] = start

    def delete(self, topic: str) -> None:
        """What an operator may do while the broker runs; whoever is connected stays so."""
        self.topics.pop(topic, None)

    def expel(self, member: "MemorySubscription") -> None:
        """Gives what a member had to the others, as after its session timed out."""
        for group, members in self.members.items():
            if member in members:
                members.remove(member)
                member.assign(frozenset())
                self._rebalance(group)

    def _rebalance(self, group: str) -> None:
        members = self.members[group]
        for index, member in enumerate(members):
            every = [Partition(t, n) for t in member.topics for n in range(self.partitions)]
            member.assign(frozenset(every[index :: len(members)]))


class MemoryProducer:
    """Ends with the life of the broker in which it was made, and with any failure."""

    def __init__(self, broker: MemoryBroker, topic: str) -> None:
        self._broker = broker
        self._topic = topic
        self._life = broker.life
        self._ended = False

    @contextmanager
    def used(self) -> Iterator[None]:
        if self._ended:
            raise BrokerFailed("the producer has ended")
        try:
            yield
        except BaseException:
            self._ended = True
            raise

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        with self.used():
            return [await self._sent(message) for message in messages]

    async def _sent(self, message: Outgoing) -> Place:
        await asyncio.sleep(0)
        self.check()
        return self._broker.put(message)

    async def extents(self) -> Mapping[int, Extent]:
        with self.used():
            await asyncio.sleep(0)
            self.check()
        return {
            number: Extent(self._broker.expired.get(Partition(self._topic, number), 0), len(place))
            for number, place in enumerate(self._broker.places(self._topic))
        }

    async def read(self, place: Place) -> Message | None:
        with self.used():
            await asyncio.sleep(0)
            self.check()
        own = self._broker.places(self._topic)[place.number]
        return own[place.offset] if place.offset < len(own) else None

    def check(self) -> None:
        self._broker.check()
        if self._life != self._broker.life:
            raise BrokerFailed("the broker is another one")


class MemorySubscription:
    """A member of a group: where it reads in each partition that it was assigned.

    After the broker began another life, it is connected anew without being told.
    """

    def __init__(self, broker: MemoryBroker, group: str, topics: Sequence[str]) -> None:
        self.topics = list(topics)
        self.news = asyncio.Event()
        self._broker = broker
        self._group = group
        self._positions: dict[Partition, int] = {}
        self._life = broker.life
        self._rebalanced = False
        self._paused = False

    def assign(self, partitions: frozenset[Partition]) -> None:
        self._positions = {p: self._committed(p).offset for p in sorted(partitions)}
        self._rebalanced = True
        self.news.set()

    async def poll(self, seconds: float) -> Sequence[Message]:
        self.news.clear()
        found = self._next()
        if not found:
            await pause(self.news, seconds)
            found = self._next()
        return found

    def _next(self) -> list[Message]:
        self._broker.check()
        if self._paused or self.rebalanced():
            return []
        found: list[Message] = []
        for partition, position in self._positions.items():
            place = self._broker.places(partition.topic)[partition.number]
            found += place[position : position + 100]
            self._positions[partition] = max(position, min(position + 100, len(place)))
        return found

    async def commit(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        self._broker.check()
        if self.rebalanced() or not self._positions.keys() >= bookmarks.keys():
            raise BrokerFailed("the group has moved on")
        for partition, bookmark in bookmarks.items():
            self._broker.committed[self._group, partition] = bookmark

    def rebalanced(self) -> bool:
        return self._rebalanced or self._life != self._broker.life

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._positions)

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    async def rewind(self) -> None:
        self._broker.check()
        self._rebalanced = False
        self._life = self._broker.life
        self._positions = {p: self._place(p) for p in self._positions}

    def _place(self, partition: Partition) -> int:
        """What is committed, unless something else lies before it by now."""
        offset, mark = self._committed(partition)
        start = self._broker.expired.get(partition, 0)
        if offset <= start or not names_a_message(mark):
            return offset
        place = self._broker.places(partition.topic)[partition.number]
        if is_at(mark, place[offset - 1] if offset <= len(place) else None):
            return offset
        tell_lost(self._group, partition, offset)
        return start

    async def lag(self) -> Mapping[Partition, int]:
        self._broker.check()
        ends = {
            Partition(topic, number): len(place)
            for topic in self.topics
            for number, place in enumerate(self._broker.places(topic))
        }
        return {p: max(end - self._done(p), 0) for p, end in ends.items()}

    def _done(self, partition: Partition) -> int:
        """What it has to read again is not done, though it was once."""
        at = self._committed(partition).offset
        return min(at, self._positions.get(partition, at))

    def _committed(self, partition: Partition) -> Bookmark:
        return self._broker.committed.get((self._group, partition), NOWHERE)
