"""The relay over the broker in memory: nothing lost, nothing out of order, one bad key apart."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from events.backoff import Backoff
from events.broker import BrokerFailed, Outgoing, Partition, Place, Producer, partition_of
from events.broker_memory import MemoryBroker, MemoryProducer
from events.checkpoint import MemoryCheckpoint
from events.codec import UnknownEvent
from events.contracts.intake import OfferAccepted, OfferMade
from events.memory import MemoryStore
from events.parking import Lane
from events.parking_memory import MemoryYard
from events.relay import Publish, Published, Relay, relay_group, republish
from events.store import Json, Recorded
from events.testing import draft, numbered, write

TOPIC = "intake.events"
ONE, OTHER = numbered(1), numbered(2)
SAME = next(
    numbered(n)
    for n in range(3, 1000)
    if partition_of(str(numbered(n)).encode()) == partition_of(str(ONE).encode())
)
"""Another key of the same partition."""

LANE = Lane(relay_group("intake"), TOPIC, ONE)


def publish(event: Recorded[Json]) -> Published | None:
    """`private` is nobody else's business, `bad` cannot be mapped, `long` does not fit."""
    kind = event.event.get("kind")
    if kind == "private":
        return None
    if kind == "bad":
        raise LookupError("Jan Jansen")
    if kind == "unknown":
        raise UnknownEvent("case.weather-observed.v1")
    if kind == "long":
        reasons = [f"reason-{n}" for n in range(100)]
        return "offer-accepted", OfferAccepted(attempt=1, reasons=reasons)
    return "offer-made", OfferMade(attempt=1, channel="letter", by_function="nurse")


async def append(store: MemoryStore, key: UUID, kind: str = "public") -> None:
    await store.append(write(draft(key, {"kind": kind})))


class World:
    """One log, one broker, and relays between them."""

    def __init__(self, broker: MemoryBroker | None = None) -> None:
        self.store = MemoryStore("intake")
        self.broker = broker or MemoryBroker()
        self.checkpoint = MemoryCheckpoint()
        self.yard = MemoryYard()
        self.publish: Publish = publish

    def relay(self, **others: Any) -> Relay:  # noqa: ANN401 - the other fields of a relay
        return Relay(
            store=self.store,
            publish=self._publish,
            broker=self.broker,
            checkpoint=self.checkpoint,
            yard=self.yard,
            look_seconds=0.01,
            backoff=Backoff(0.002, 0.02),
            most_bytes=1500,
            **others,
        )

    def _publish(self, event: Recorded[Json]) -> Published | None:
        return self.publish(event)

    def sent(self, key: UUID = ONE) -> list[int]:
        wanted = str(key).encode()
        return [
            int(dict(m.headers)["ce_position"])
            for m in self.broker.messages(TOPIC)
            if m.key == wanted
        ]

    @staticmethod
    def partition(key: UUID = ONE) -> Partition:
        return Partition(TOPIC, partition_of(str(key).encode()))

    async def published(self, position: int) -> None:
        await until(lambda: self.checkpoint.at == position)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.002)


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for relay in relays:
            tasks.create_task(relay.run(stop))
        yield
        stop.set()


async def test_events_go_out_in_order_per_key_and_private_ones_do_not() -> None:
    world = World()
    for kind in ("public", "private", "public"):
        await append(world.store, ONE, kind)
        await append(world.store, OTHER)

    async with running(world.relay()):
        await world.published(6)
        await append(world.store, ONE)
        await world.published(7)

    assert world.sent(ONE) == [1, 5, 7]
    assert world.sent(OTHER) == [2, 4, 6]


async def test_a_key_that_cannot_be_mapped_is_parked_with_all_that_follows() -> None:
    world = World()
    for kind in ("public", "bad", "public"):
        await append(world.store, ONE, kind)
    await append(world.store, OTHER)

    async with running(world.relay()):
        await world.published(4)

    assert (world.sent(ONE), world.sent(OTHER)) == ([1], [4])
    [parked] = await world.yard.list()
    assert (parked.lane, parked.reason, parked.messages) == (LANE, "lookup-error", 2)


async def test_what_is_parked_goes_out_in_order_once_it_can_be_mapped() -> None:
    world = World()
    for kind in ("bad", "public"):
        await append(world.store, ONE, kind)

    async with running(world.relay()):
        await world.published(2)
        assert await world.yard.request_retry(LANE)
        await until(lambda: world.yard._keys[LANE].request == "none")
        assert world.sent() == []
        world.publish = publish_all
        assert await world.yard.request_retry(LANE)
        await append(world.store, ONE)
        await until(lambda: world.sent() == [1, 2, 3])

    assert await world.yard.list() == []


async def test_what_a_relay_did_not_know_is_sent_by_the_next_one_that_does() -> None:
    world = World()
    for kind in ("unknown", "public"):
        await append(world.store, ONE, kind)
    await append(world.store, OTHER, "bad")
    for _ in range(2):
        async with running(world.relay()):
            await world.published(3)
            await until(lambda: all(k.request == "none" for k in world.yard._keys.values()))
    assert {parked.reason for parked in await world.yard.list()} == {
        "unknown-event",
        "lookup-error",
    }

    world.publish = publish_all
    async with running(world.relay()):
        await until(lambda: world.sent() == [1, 2])

    assert [parked.reason for parked in await world.yard.list()] == ["lookup-error"]


def publish_all(_event: Recorded[Json]) -> Published:
    return "offer-made", OfferMade(attempt=1, channel="letter", by_function="nurse")


async def test_what_comes_before_a_bad_event_goes_out_although_it_was_not_sent_at_first() -> None:
    world = World(FlakyBroker([0]))
    for kind in ("public", "bad", "public"):
        await append(world.store, ONE, kind)

    async with running(world.relay()):
        await world.published(3)
        assert world.sent() == [1]
        world.publish = publish_all
        assert await world.yard.request_retry(LANE)
        await until(lambda: world.sent() == [1, 2, 3])


async def test_what_is_parked_is_not_retried_before_what_precedes_it_was_sent() -> None:
    world = World(deaf := FlakyBroker([0] * 1000))
    for kind in ("public", "bad", "public"):
        await append(world.store, ONE, kind)
    async with running(world.relay()):
        await until(lambda: LANE in world.yard._keys)

    assert await world.yard.request_retry(LANE)
    world.publish = publish_all
    deaf.breaks.clear()
    async with running(world.relay()):
        await until(lambda: not world.yard._keys)
        await world.published(3)

    assert _first_arrivals(world.sent()) == [1, 2, 3]


async def test_a_wiped_topic_is_filled_with_what_comes_before_a_parked_event() -> None:
    world = World()
    for kind in ("public", "public", "bad", "public"):
        await append(world.store, ONE, kind)

    async with running(world.relay()):
        await world.published(4)
        world.broker.wipe()
        await until(lambda: world.sent() == [1, 2])

    assert [parked.messages for parked in await world.yard.list()] == [2]


async def test_an_earlier_event_that_fails_later_waits_before_those_that_wait_already() -> None:
    world = World(deaf := FlakyBroker([0] * 1000))
    for kind in ("public", "public", "bad"):
        await append(world.store, ONE, kind)
    async with running(world.relay()):
        await until(lambda: LANE in world.yard._keys)

    world.publish = refuse_all
    deaf.breaks.clear()
    async with running(world.relay()):
        await world.published(3)
        world.publish = publish_all
        assert await world.yard.request_retry(LANE)
        await until(lambda: world.sent() == [1, 2, 3])


def refuse_all(_event: Recorded[Json]) -> Published:
    raise LookupError


async def test_a_skip_leaves_one_event_unpublished() -> None:
    world = World()
    for kind in ("bad", "public"):
        await append(world.store, ONE, kind)

    async with running(world.relay()):
        await world.published(2)
        [parked] = await world.yard.list()
        assert await world.yard.request_skip(LANE, parked.head, "made-up")
        await until(lambda: world.sent() == [2])

    assert [(m.offset, why) for _, m, why in world.yard.skipped] == [(1, "made-up")]


async def test_a_message_that_is_too_large_is_parked() -> None:
    world = World()
    await append(world.store, ONE, "long")
    await append(world.store, OTHER)

    async with running(world.relay()):
        await world.published(2)

    assert [parked.reason for parked in await world.yard.list()] == ["message-too-large"]
    assert world.sent(OTHER) == [2]


async def test_nothing_is_lost_while_the_broker_is_away() -> None:
    world = World()
    world.broker.down = True
    relay = world.relay()

    async with running(relay):
        for _ in range(20):
            await append(world.store, ONE)
        await until(lambda: not relay.healthy)
        assert world.checkpoint.at == 0
        world.broker.down = False
        await world.published(20)
        assert relay.healthy

    assert world.sent() == list(range(1, 21))


async def test_republishing_sends_the_same_again_by_the_mapping_of_today() -> None:
    world = World()
    for kind in ("public", "private", "public"):
        await append(world.store, ONE, kind)

    async with running(world.relay()):
        await world.published(3)
        world.publish = publish_all
        assert await republish(world.checkpoint, 2) == 1
        await until(lambda: world.sent() == [1, 3, 2, 3])

    first, again = (
        m for m in world.broker.messages(TOPIC) if dict(m.headers)["ce_position"] == b"3"
    )
    assert (first.headers, first.key, first.value) == (again.headers, again.key, again.value)


async def test_a_tail_that_the_topic_lost_is_sent_again() -> None:
    world = World()
    for _ in range(6):
        await append(world.store, ONE)

    async with running(world.relay()):
        await world.published(6)
        world.broker.lose_tail(world.partition(), 4)
        await until(lambda: world.sent() == [1, 2, 3, 4, 5, 6])

    assert world.checkpoint.at == 6


async def test_what_was_parked_is_sent_again_too_when_it_is_lost() -> None:
    world = World()
    for kind in ("public", "bad"):
        await append(world.store, ONE, kind)
    for key in (SAME, OTHER):
        await append(world.store, key)

    async with running(world.relay()):
        await world.published(4)
        world.publish = publish_all
        assert await world.yard.request_retry(LANE)
        await until(lambda: world.sent(ONE) == [1, 2])
        world.broker.lose_tail(world.partition(), 2)
        await until(lambda: _first_arrivals(world.sent(ONE)) == [1, 2])


async def test_a_topic_that_is_deleted_while_the_broker_runs_is_made_anew() -> None:
    world = World()
    for _ in range(3):
        await append(world.store, ONE)

    async with running(world.relay()):
        await world.published(3)
        world.broker.delete(TOPIC)
        await until(lambda: world.sent() == [1, 2, 3])


async def test_a_republication_is_no_lost_tail() -> None:
    world = World()
    for _ in range(3):
        await append(world.store, ONE)

    async with running(world.relay()):
        await world.published(3)
        await republish(world.checkpoint, 3)
        await until(lambda: world.sent() == [1, 2, 3, 3])
    async with running(world.relay()):
        await append(world.store, ONE)
        await world.published(4)

    assert world.sent() == [1, 2, 3, 3, 4]


async def test_the_checkpoint_is_never_moved_forward_by_hand() -> None:
    checkpoint = MemoryCheckpoint()

    assert await republish(checkpoint, 1000) == 0


async def test_of_two_relays_one_is_active_and_the_other_takes_over() -> None:
    world = World()
    for _ in range(50):
        await append(world.store, ONE)

    async with running(world.relay()):
        async with running(world.relay()):
            await world.published(50)
        await append(world.store, ONE)
        await world.published(51)

    assert world.sent() == list(range(1, 52))


class FlakyBroker(MemoryBroker):
    """Breaks off after as many messages as the next number of `breaks` says."""

    def __init__(self, breaks: Sequence[int]) -> None:
        super().__init__()
        self.breaks = list(breaks)

    @asynccontextmanager
    async def producer(self, topic: str) -> AsyncIterator[Producer]:  # type: ignore[override]
        yield FlakyProducer(self, topic)


class FlakyProducer(MemoryProducer):
    def __init__(self, broker: FlakyBroker, topic: str) -> None:
        super().__init__(broker, topic)
        self._flaky = broker

    async def send(self, messages: Sequence[Outgoing]) -> Sequence[Place]:
        arriving = self._flaky.breaks.pop(0) if self._flaky.breaks else len(messages)
        places = await super().send(messages[:arriving])
        if arriving < len(messages):
            raise BrokerFailed("in the middle")
        return places


@settings(max_examples=30)
@given(
    keys=st.lists(st.integers(1, 4), min_size=1, max_size=30),
    breaks=st.lists(st.integers(0, 8), max_size=6),
    chunk=st.integers(1, 10),
)
def test_whatever_breaks_each_key_arrives_whole_and_in_order(
    keys: list[int], breaks: list[int], chunk: int
) -> None:
    asyncio.run(_arrives(keys, breaks, chunk))


async def _arrives(keys: list[int], breaks: list[int], chunk: int) -> None:
    world = World(FlakyBroker(breaks))
    for key in keys:
        await append(world.store, numbered(key))

    async with running(world.relay(chunk=chunk)):
        await world.published(len(keys))

    for key in set(keys):
        expected = [n for n, k in enumerate(keys, 1) if k == key]
        assert _first_arrivals(world.sent(numbered(key))) == expected


def _first_arrivals(positions: list[int]) -> list[int]:
    return list(dict.fromkeys(positions))
