"""Messages that come one to five times, and of different topics in any order: each acts once."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

from events.backoff import Backoff
from events.broker import Message, Outgoing, Place
from events.broker_memory import MemoryBroker, MemorySubscription
from events.consumer import Consumer, react
from events.contracts import registry
from events.contracts.casefile import CaseOpened
from events.contracts.intake import OfferMade
from events.envelope import reads, to_message
from events.memory import MemoryStore
from events.parking_memory import MemoryYard
from events.store import Json, Recorded
from events.testing import NOW, numbered, recorded
from rig.size import sized
from simulation.ledger import reactions

MESSAGES, KEYS, MOST = sized(500, 10_000), 50, 5
GROUP = "ledger.entries"
TOPICS = ["intake.events", "casefile.events"]


class RepeatingBroker(MemoryBroker):
    """Delivers each message one to five times, now and then all of a partition again."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)  # noqa: S311 - reproducible by its seed

    def joined(self, group: str, topics: Sequence[str]) -> MemorySubscription:
        return RepeatingSubscription(self, group, topics)

    def put(self, message: Outgoing) -> Place:
        """Where the last one is."""
        *_, last = [super(RepeatingBroker, self).put(message) for _ in range(self._copies())]
        return last

    def _copies(self) -> int:
        return self.chance.randint(1, MOST)


class RepeatingSubscription(MemorySubscription):
    def _next(self) -> list[Message]:
        """Of the topics now one, now the other comes first."""
        found = super()._next()
        chance = self._broker.chance  # type: ignore[attr-defined]
        chance.shuffle(order := sorted({m.partition for m in found}))
        return [m for partition in order for m in found if m.partition == partition]


def message(number: int) -> Outgoing:
    """Of two services in turn; what one says of a key is in order."""
    key, source = numbered(number % KEYS + 1), TOPICS[number % 2].partition(".")[0]
    event: Recorded[Json] = recorded({}, number + 1, source=source, key=key, stream=key)
    if source == "intake":
        made = OfferMade(attempt=number + 1, channel="letter", by_function="nurse")
        return to_message(event, ("offer-made", made))
    return to_message(event, ("case-opened", CaseOpened(organisation=None, spell=number + 1)))


async def consumed(broker: MemoryBroker, sent: Iterable[Outgoing]) -> MemoryStore:
    store, yard, stop = MemoryStore("ledger", lambda: NOW), MemoryYard(), asyncio.Event()
    consumer = Consumer(
        group=GROUP,
        topics=TOPICS,
        read=reads(registry()),
        handle=react(store, GROUP, reactions(registry())),
        broker=broker,
        yard=yard,
        backoff=Backoff(0.002, 0.02),
        look_seconds=0.01,
    )
    for one in sent:
        broker.put(one)
    waiting = sum(len(broker.messages(topic)) for topic in TOPICS)
    async with asyncio.timeout(sized(30, 300)), asyncio.TaskGroup() as tasks:
        tasks.create_task(consumer.run(stop))
        while sum(at.offset for at in broker.committed.values()) < waiting:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        stop.set()
    assert await yard.list() == []
    return store


def checksum(store: MemoryStore) -> str:
    """Of what is entered: per key and service in order, for across services there is none."""
    entries: dict[tuple[UUID, str], list[int]] = {}
    for entry in store.log:
        entries.setdefault((entry.key, entry.event["source"]), []).append(entry.event["position"])
    inbox = sorted(map(str, store.messages))
    return sha256(repr((sorted(entries.items()), inbox)).encode()).hexdigest()


async def test_messages_that_come_up_to_five_times_leave_what_single_ones_leave() -> None:
    sent = [message(number) for number in range(MESSAGES)]

    once = await consumed(MemoryBroker(), sent)
    often = await consumed(RepeatingBroker(seed=13), sent)

    assert len(once.log) == len(often.log) == MESSAGES
    assert checksum(often) == checksum(once)


async def test_topics_that_overtake_each_other_leave_what_they_leave_in_order() -> None:
    sent = [message(number) for number in range(MESSAGES // 2)]
    late = sorted(sent, key=lambda one: one.topic)

    in_order = await consumed(MemoryBroker(), sent)
    one_first = await consumed(RepeatingBroker(seed=14), late)
    other_first = await consumed(RepeatingBroker(seed=15), reversed_topics(sent))

    assert checksum(one_first) == checksum(other_first) == checksum(in_order)


def reversed_topics(sent: list[Outgoing]) -> list[Outgoing]:
    return sorted(sent, key=lambda one: one.topic, reverse=True)
