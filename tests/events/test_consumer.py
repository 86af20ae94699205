"""The consumer over the broker in memory: each effect once, in order, and failures apart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from events.backoff import Backoff
from events.broker import Message, Outgoing, Partition, Subscription
from events.broker_memory import MemoryBroker
from events.consumer import LAG, RENEWED, Consumer
from events.contracts import registry
from events.contracts.intake import OfferMade
from events.envelope import reads, to_message
from events.parking import Lane, Parked, Request, lane_of
from events.parking_memory import MemoryYard
from events.patience import patiently
from events.store import Json, Recorded, Unavailable, Unwritable
from events.testing import numbered, recorded

GROUP = "casefile.reactions"
TOPIC = "intake.events"
ONE, OTHER = numbered(1), numbered(2)
LANE = Lane(GROUP, TOPIC, ONE)
Seen = list[tuple[UUID, int]]


def message(position: int, key: UUID = ONE) -> Outgoing:
    event: Recorded[Json] = recorded({}, position, key=key)
    made = OfferMade(attempt=position, channel="letter", by_function="nurse")
    return to_message(event, ("offer-made", made))


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.002)


def consumer(
    broker: MemoryBroker,
    yard: MemoryYard,
    handle: Callable[[Recorded[Any]], Awaitable[None]],
    **others: Any,  # noqa: ANN401 - the other fields of a consumer
) -> Consumer:
    return Consumer(
        **{
            "group": GROUP,
            "topics": [TOPIC],
            "read": reads(registry()),
            "handle": handle,
            "broker": broker,
            "yard": yard,
            "backoff": Backoff(0.002, 0.02),
            "rejoin": Backoff(0.002, 0.02),
            "look_seconds": 0.01,
            **others,
        }
    )


@asynccontextmanager
async def running(*consumers: Consumer) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for each in consumers:
            tasks.create_task(each.run(stop))
        yield stop
        stop.set()


class Handler:
    """Remembers what it handled; fails for the positions in `bad`, in the way told."""

    def __init__(self, *bad: int, error: Exception | None = None) -> None:
        self.seen: Seen = []
        self.tried: list[int] = []
        self.bad = set(bad)
        self.error = error or RuntimeError("Jan Jansen")

    async def __call__(self, event: Recorded[Any]) -> None:
        self.tried.append(event.position)
        await asyncio.sleep(0)
        if event.position in self.bad:
            raise self.error
        self.seen.append((event.key, event.position))

    def of(self, key: UUID) -> list[int]:
        return [position for k, position in self.seen if k == key]


def committed(broker: MemoryBroker) -> int:
    return sum(at.offset for at in broker.committed.values())


async def test_messages_of_a_key_are_handled_in_order_and_then_committed() -> None:
    broker, handler = MemoryBroker(), Handler()
    keys = [numbered(n) for n in range(20)]
    for position in range(1, 201):
        broker.put(message(position, keys[position % 20]))

    async with running(consumer(broker, MemoryYard(), handler)):
        await until(lambda: committed(broker) == 200)

    assert len(handler.seen) == 200
    for key in keys:
        assert handler.of(key) == sorted(handler.of(key))


async def test_nothing_is_committed_that_still_counts_as_begun() -> None:
    broker, yard, handler = MemoryBroker(), Unforgetting(), Handler()
    broker.put(message(1))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: yard.refused > 2)
        before = committed(broker)
        yard.away = False
        await until(lambda: committed(broker) == 1)

    assert before == 0
    assert handler.of(ONE) == [1]


class Unforgetting(MemoryYard):
    """Takes back no count for a while."""

    away = True
    refused = 0

    async def forget(self, group: str, messages: Sequence[Message]) -> None:
        if self.away:
            self.refused += 1
            raise Unavailable
        await super().forget(group, messages)


async def test_a_type_that_nobody_registered_is_passed_over() -> None:
    broker, handler = MemoryBroker(), Handler()
    framed = OfferMade(attempt=1, channel="letter", by_function="nurse")
    broker.put(to_message(recorded({}, 1), ("offer-framed", framed)))
    broker.put(message(2))

    async with running(consumer(broker, MemoryYard(), handler)):
        await until(lambda: committed(broker) == 2)

    assert handler.tried == [2]


async def test_what_fails_is_parked_after_five_tries_and_only_its_key_waits() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler(1)
    for position, key in [(1, ONE), (2, ONE), (3, OTHER), (4, ONE)]:
        broker.put(message(position, key))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 4)

    assert handler.seen == [(OTHER, 3)]
    assert handler.tried.count(1) == 5
    assert 2 not in handler.tried
    [parked] = await yard.list(GROUP)
    assert (parked.lane, parked.messages, parked.reason) == (LANE, 3, "runtime-error")


async def test_other_keys_do_not_wait_for_a_retry() -> None:
    broker, handler = MemoryBroker(), Handler(1)
    slow = consumer(broker, MemoryYard(), handler, backoff=Backoff(60, 60))
    broker.put(message(1))

    async with running(slow) as stop:
        await until(lambda: handler.tried == [1])
        for position in range(2, 50):
            broker.put(message(position, OTHER))
        await until(lambda: len(handler.of(OTHER)) == 48)
        stop.set()


async def test_a_passing_failure_is_retried_before_what_follows() -> None:
    broker, handler = MemoryBroker(), Handler(1)
    for position in (1, 2):
        broker.put(message(position))

    async with running(consumer(broker, MemoryYard(), handler)):
        await until(lambda: handler.tried.count(1) == 2)
        handler.bad.clear()
        await until(lambda: committed(broker) == 2)

    assert handler.of(ONE) == [1, 2]


async def test_a_retry_drains_what_is_parked_in_order_before_what_comes_new() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler(1)
    for position in (1, 2):
        broker.put(message(position))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 2)
        handler.bad.clear()
        assert await yard.request_retry(LANE)
        broker.put(message(3))
        await until(lambda: handler.of(ONE) == [1, 2, 3])

    assert await yard.list() == []
    assert not await yard.parked(GROUP, ONE)


async def test_a_skip_leaves_out_the_head_only_and_keeps_why() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler(1)
    for position in (1, 2, 3):
        broker.put(message(position))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 3)
        [parked] = await yard.list()
        assert await yard.request_skip(LANE, parked.head, "made-up")
        await until(lambda: handler.of(ONE) == [2, 3])
        await until(lambda: not yard._keys)

    [(lane, skipped, reason)] = yard.skipped
    assert (lane, skipped.offset, reason) == (LANE, 0, "made-up")


async def test_a_retry_that_fails_again_waits_for_the_next_request() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler(1)
    broker.put(message(1))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 1)
        assert await yard.request_retry(LANE)
        await until(lambda: handler.tried.count(1) == 10)
        await until(lambda: yard._keys[LANE].request is Request.NONE)

    assert (await yard.list())[0].messages == 1


async def test_a_request_for_a_key_that_is_not_parked_finds_nothing() -> None:
    yard = MemoryYard()

    assert not await yard.request_retry(LANE)
    assert not await yard.request_skip(LANE, 1, "made-up")


@pytest.mark.parametrize("key", [str(ONE).encode(), b"Jan Jansen", b"\xff\xfe"])
async def test_an_unreadable_message_is_parked_at_once_whatever_its_key(key: bytes) -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler()
    good = message(1)
    broker.put(Outgoing(TOPIC, key, good.headers, b"{"))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 1)

    assert handler.tried == []
    [parked] = await yard.list(GROUP)
    assert parked.reason == "unreadable"


class Particular(MemoryYard):
    """Refuses what it is given of some messages, or fails for them for a reason of its own."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def park(self, lane: Lane, message: Message, reason: str) -> None:
        self._look_at(lane, message)
        await super().park(lane, message, reason)

    async def behind(self, lane: Lane, message: Message) -> bool:
        self._look_at(lane, message)
        return await super().behind(lane, message)

    def _look_at(self, lane: Lane, message: Message) -> None:
        if message.value is not None and lane.key == ONE:
            raise self.error


async def test_of_a_message_that_cannot_be_kept_the_place_is_parked() -> None:
    broker, handler, yard = MemoryBroker(), Handler(1), Particular(Unwritable("for a reason"))
    for position, key in [(1, ONE), (2, ONE), (3, OTHER)]:
        broker.put(message(position, key))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 3)

    assert handler.seen == [(OTHER, 3)]
    [parked] = await yard.list(GROUP)
    assert (parked.lane, parked.messages, parked.reason) == (LANE, 2, "cannot-be-kept")


async def test_parking_that_fails_holds_up_its_own_key_only() -> None:
    broker, handler, yard = MemoryBroker(), Handler(1), Particular(LookupError())
    watched = consumer(broker, yard, handler)
    for position, key in [(1, ONE), (2, OTHER)]:
        broker.put(message(position, key))

    async with running(watched):
        await until(lambda: handler.tried.count(1) == 8)
        for position in range(3, 50):
            broker.put(message(position, OTHER))
        await until(lambda: len(handler.of(OTHER)) == 48)
        assert len(handler.seen) == 48
        yard.error = Unwritable("for a reason")
        await until(lambda: committed(broker) == 49)


async def test_an_outage_counts_no_try_and_parks_nothing() -> None:
    broker, yard = MemoryBroker(), MemoryYard()
    handler = Handler(1, error=Unavailable("away"))
    for position in (1, 2):
        broker.put(message(position))

    async with running(consumer(broker, yard, handler)):
        await until(lambda: handler.tried.count(1) >= 12)
        handler.bad.clear()
        await until(lambda: handler.of(ONE) == [1, 2])

    assert await yard.list() == []


async def test_a_message_that_ended_the_process_before_is_counted_and_parked() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler()
    broker.put(message(1))
    [killer] = broker.messages(TOPIC)
    await yard.begin(GROUP, [killer])
    for _ in range(4):
        await yard.count(GROUP, killer)

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 1)

    assert handler.tried == []
    assert (await yard.list())[0].reason == "died-while-handling"


async def test_those_begun_by_an_ended_process_run_one_at_a_time() -> None:
    broker, yard = MemoryBroker(), MemoryYard()
    for position in range(1, 9):
        broker.put(message(position, numbered(position)))
    await yard.begin(GROUP, broker.messages(TOPIC))
    at_once: list[int] = []
    now = 0

    async def handle(_event: Recorded[Any]) -> None:
        nonlocal now
        now += 1
        at_once.append(now)
        await asyncio.sleep(0.001)
        now -= 1

    async with running(consumer(broker, yard, handle)):
        await until(lambda: committed(broker) == 8)

    assert at_once == [1] * 8


async def test_a_suspect_waits_and_lets_all_others_go_before_it() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler()
    for position in range(1, 101):
        broker.put(message(position, numbered(position)))
    suspect = next(m for m in broker.messages(TOPIC) if lane_of(GROUP, m).key == ONE)
    await yard.begin(GROUP, [suspect])

    slow = consumer(broker, yard, handler, backoff=Backoff(1, 1), concurrency=1)
    async with running(slow):
        await until(lambda: committed(broker) == 100)

    assert len(handler.seen) == 100
    assert handler.seen[-1] == (ONE, 1)


async def test_a_suspect_that_did_no_harm_is_cleared_before_the_next_one_is_tried() -> None:
    broker, yard = MemoryBroker(), MemoryYard()
    for position in (1, 2):
        broker.put(message(position, numbered(position)))
    await yard.begin(GROUP, broker.messages(TOPIC))
    counts: list[list[int]] = []

    async def handle(_event: Recorded[Any]) -> None:
        counts.append(sorted(yard._tries.values()))

    async with running(consumer(broker, yard, handle, look_seconds=60)):
        await until(lambda: len(counts) == 2 and not yard._tries)

    assert counts == [[1, 2], [2]]


async def test_generations_of_members_that_end_in_order_leave_no_suspects() -> None:
    broker, yard, handler = MemoryBroker(partitions=1), MemoryYard(), Handler(1)
    for position, key in [(1, ONE), (2, OTHER)]:
        broker.put(message(position, key))

    for generation in range(1, 8):
        waits = consumer(broker, yard, handler, backoff=Backoff(60, 60), look_seconds=60)
        async with running(waits) as stop:
            await until(lambda: len(handler.tried) == 2 * generation)  # noqa: B023
            stop.set()

    assert handler.of(OTHER) == [2] * 7
    assert await yard.list() == []
    assert not yard._tries


async def test_what_was_handled_or_waits_for_its_next_try_is_not_counted() -> None:
    broker, yard, handler = MemoryBroker(partitions=1), MemoryYard(), Handler(1)
    for position, key in [(1, ONE), (2, OTHER)]:
        broker.put(message(position, key))

    async with running(consumer(broker, yard, handler, backoff=Backoff(60, 60))) as stop:
        await until(lambda: len(handler.tried) == 2)
        await until(lambda: not yard._tries)
        assert committed(broker) == 0
        stop.set()


async def test_of_what_a_process_had_parked_when_it_ended_nothing_stays_counted() -> None:
    broker, yard, handler = MemoryBroker(partitions=1), MemoryYard(), Handler()
    broker.put(message(1))
    [parked] = broker.messages(TOPIC)
    await yard.begin(GROUP, [parked])
    await yard.park(LANE, parked, "fault")

    async with running(consumer(broker, yard, handler)):
        await until(lambda: committed(broker) == 1)

    assert handler.tried == []
    assert not yard._tries


async def test_what_had_to_be_broken_off_stays_counted() -> None:
    broker, yard = MemoryBroker(), MemoryYard()
    begun = asyncio.Event()

    async def handle(_event: Recorded[Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    broker.put(message(1))
    async with running(consumer(broker, yard, handle, finish_seconds=0.01)) as stop:
        await begun.wait()
        stop.set()

    assert list(yard._tries.values()) == [1]


class PolledBroker(MemoryBroker):
    """Counts how often its members were answered whether there is anything new."""

    def __init__(self, partitions: int = 1) -> None:
        super().__init__(partitions)
        self.polls = 0

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Any) -> AsyncIterator[Subscription]:  # type: ignore[override]  # noqa: ANN401
        async with super().subscribe(group, topics) as member:
            ask = member.poll

            async def poll(seconds: float) -> Sequence[Message]:
                found = await ask(seconds)
                self.polls += 1
                return found

            member.poll = poll  # type: ignore[method-assign]
            yield member

    async def polled(self, times: int) -> None:
        enough = self.polls + times
        await until(lambda: self.polls >= enough)


async def test_a_stop_finishes_what_was_begun() -> None:
    broker = PolledBroker()
    begun, go_on = asyncio.Event(), asyncio.Event()
    ended: list[int] = []

    async def handle(event: Recorded[Any]) -> None:
        begun.set()
        await go_on.wait()
        ended.append(event.position)

    for position in (1, 2):
        broker.put(message(position))
    async with running(consumer(broker, MemoryYard(), handle)) as stop:
        await begun.wait()
        stop.set()
        await broker.polled(1)
        go_on.set()

    assert ended == [1]
    assert committed(broker) == 1


async def test_members_that_come_and_go_lose_nothing_and_keep_the_order() -> None:
    broker, yard, handler = MemoryBroker(), MemoryYard(), Handler()
    keys = [numbered(n) for n in range(30)]

    async with running(consumer(broker, yard, handler)):
        for round_ in range(5):
            async with running(consumer(broker, yard, handler)):
                for key in keys:
                    broker.put(message(round_ * 100 + 1, key))
                await until(lambda: committed(broker) >= (round_ + 1) * 20)  # noqa: B023
        await until(lambda: committed(broker) == 150)

    for key in keys:
        assert list(dict.fromkeys(handler.of(key))) == [1, 101, 201, 301, 401]


async def test_the_consumer_outlives_a_broker_that_is_away() -> None:
    broker, handler = MemoryBroker(), Handler()
    one = consumer(broker, MemoryYard(), handler)

    async with running(one):
        broker.put(message(1))
        await until(lambda: handler.of(ONE) == [1])
        broker.down = True
        await until(lambda: not one.healthy)
        broker.put(message(2))
        broker.down = False
        await until(lambda: committed(broker) == 2)
        assert one.healthy

    assert list(dict.fromkeys(handler.of(ONE))) == [1, 2]


class CountingBroker(MemoryBroker):
    """Counts who joined; `forget` takes the group's only member out, which nobody tells it."""

    subscriptions = 0

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Any) -> AsyncIterator[Subscription]:  # type: ignore[override]  # noqa: ANN401
        self.subscriptions += 1
        async with super().subscribe(group, topics) as member:
            yield member

    def forget(self) -> None:
        [member] = self.members[GROUP]
        self.expel(member)


class DeafBroker(CountingBroker):
    """Its first member is given partitions, and then hears nothing more."""

    looks = 0

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Any) -> AsyncIterator[Subscription]:  # type: ignore[override]  # noqa: ANN401
        async with super().subscribe(group, topics) as member:
            if self.subscriptions == 1:
                member.poll = _nothing  # type: ignore[method-assign]
            ask = member.lag

            async def lag() -> Mapping[Partition, int]:
                self.looks += 1
                return await ask()

            member.lag = lag  # type: ignore[method-assign]
            yield member


async def _nothing(seconds: float) -> list[Message]:
    await asyncio.sleep(seconds)
    return []


async def test_a_member_that_stalls_is_thrown_away_and_made_anew() -> None:
    broker, handler = DeafBroker(), Handler()
    broker.put(message(1))
    watched = consumer(broker, MemoryYard(), handler, watch_seconds=0.01, stalled_seconds=0.5)

    async with running(watched):
        await until(lambda: committed(broker) == 1)

    assert broker.subscriptions == 2


class Failing(MemoryYard):
    """Ends each member when it looks around; remembers whether it was thought healthy then.

    Before it the watchdog looked, and whoever is to know what is parked.
    """

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.healthy: list[bool] = []
        self.watched: Consumer | None = None

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        self.looks += 1
        if self.looks % 3 == 0 and self.watched:
            self.healthy.append(self.watched.healthy)
            raise LookupError
        return await super().list(group)


async def test_members_that_live_shortly_show_their_lag_and_no_health() -> None:
    broker, yard, handler = MemoryBroker(), Failing(), Handler(1)
    watched = consumer(broker, yard, handler, group="casefile.short", backoff=Backoff(0.05, 0.05))
    yard.watched = watched
    broker.put(message(1))

    async with running(watched):
        await until(lambda: len(yard.healthy) == 3)

    assert yard.healthy == [True, False, False]
    assert LAG.labels("casefile.short", TOPIC)._value.get() == 1


class SilentBroker(CountingBroker):
    """Its first member is told nothing of the group, as if its coordinator had ended."""

    silent = True

    @asynccontextmanager
    async def subscribe(self, group: str, topics: Any) -> AsyncIterator[Subscription]:  # type: ignore[override]  # noqa: ANN401
        async with super().subscribe(group, topics) as member:
            if self.silent:
                member.lag = _never  # type: ignore[method-assign]
                member.poll = _nothing  # type: ignore[method-assign]
            yield member


async def _never() -> dict[Partition, int]:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_member_that_cannot_learn_its_lag_is_not_healthy_and_is_made_anew() -> None:
    broker, handler = SilentBroker(), Handler()
    broker.put(message(1))
    group = "casefile.silent"
    watched = consumer(
        broker, MemoryYard(), handler, group=group, watch_seconds=0.01, stalled_seconds=0.05
    )

    async with running(watched):
        await until(lambda: broker.subscriptions == 2)
        assert not watched.healthy
        broker.silent = False
        await until(lambda: committed(broker) == 1)
        assert watched.healthy

    assert RENEWED.labels(group)._value.get() == broker.subscriptions - 1


async def test_a_handler_that_never_returns_is_ended_counted_and_parked() -> None:
    broker, yard, seen = MemoryBroker(), MemoryYard(), list[int]()
    for position, key in [(1, ONE), (2, ONE), (3, OTHER)]:
        broker.put(message(position, key))

    async def handle(event: Recorded[Any]) -> None:
        if event.position == 1:
            await asyncio.Event().wait()
        seen.append(event.position)

    async with running(consumer(broker, yard, handle, handle_seconds=0.02)):
        await until(lambda: committed(broker) == 3)

    assert seen == [3]
    [parked] = await yard.list(GROUP)
    assert (parked.lane, parked.messages, parked.reason) == (LANE, 2, "timeout-error")
    assert not yard._tries


async def test_the_time_that_a_handler_waits_for_the_database_does_not_count() -> None:
    broker, yard, handled = MemoryBroker(), MemoryYard(), list[int]()
    broker.put(message(1))
    tries = list[int]()

    async def handle(event: Recorded[Any]) -> None:
        tries.append(event.position)
        for _ in range(3):
            with patiently():
                await asyncio.sleep(0.1)
        handled.append(event.position)

    async with running(consumer(broker, yard, handle, handle_seconds=0.05)):
        await until(lambda: committed(broker) == 1)

    assert (tries, handled, await yard.list(GROUP)) == ([1], [1], [])


async def test_a_handler_that_hangs_after_it_waited_for_the_database_is_ended_and_counted() -> None:
    broker, yard = MemoryBroker(), MemoryYard()
    broker.put(message(1))

    async def handle(_: Recorded[Any]) -> None:
        with patiently():
            await asyncio.sleep(0.01)
        await asyncio.Event().wait()

    async with running(consumer(broker, yard, handle, handle_seconds=0.02)):
        await until(lambda: committed(broker) == 1)

    [parked] = await yard.list(GROUP)
    assert (parked.lane, parked.reason) == (LANE, "timeout-error")


async def test_no_more_is_taken_in_hand_than_may_be_unfinished_and_one_poll() -> None:
    broker, go_on, handled = PolledBroker(), asyncio.Event(), list[int]()
    keys = [numbered(n) for n in range(1, 301)]
    for position, key in enumerate(keys * 2, 1):
        broker.put(message(position, key))

    async def handle(event: Recorded[Any]) -> None:
        await go_on.wait()
        handled.append(event.position)

    async with running(consumer(broker, MemoryYard(), handle, most_unfinished=50)):
        await until(lambda: any(m._paused for m in broker.members.get(GROUP, [])))
        await broker.polled(3)
        assert sum(broker.members[GROUP][0]._positions.values()) <= 50 + 100
        go_on.set()
        await until(lambda: committed(broker) == 600)

    assert sorted(handled) == [*range(1, 601)]


async def test_a_member_with_nothing_to_read_is_left_alone() -> None:
    broker = DeafBroker()
    watched = consumer(broker, MemoryYard(), Handler(), watch_seconds=0.01, stalled_seconds=0.03)

    async with running(watched):
        await until(lambda: broker.looks > 10)

    assert broker.subscriptions == 1


async def test_a_member_that_was_forgotten_is_made_anew_for_what_an_operator_asks() -> None:
    """Nothing has to be read, so that there is no lag; what is parked must not wait for more."""
    broker, yard, handler = CountingBroker(), MemoryYard(), Handler(1)
    broker.put(message(1))
    watched = consumer(broker, yard, handler, watch_seconds=0.01, stalled_seconds=0.5)

    async with running(watched):
        await until(lambda: committed(broker) == 1)
        broker.forget()
        handler.bad.clear()
        assert await yard.request_retry(LANE)
        await until(lambda: not yard._keys)
        await until(lambda: watched.healthy)

    assert handler.of(ONE) == [1]
    assert broker.subscriptions == 2


async def test_a_member_that_drains_for_longer_than_it_may_stand_still_is_left_alone() -> None:
    broker, yard, handler = CountingBroker(), MemoryYard(), Handler(1)
    for position in range(1, 21):
        broker.put(message(position))

    async def slowly(event: Recorded[Any]) -> None:
        await asyncio.sleep(0 if handler.bad else 0.1)
        await handler(event)

    async with running(consumer(broker, yard, slowly, watch_seconds=0.05, stalled_seconds=1.5)):
        await until(lambda: committed(broker) == 20)
        handler.bad.clear()
        assert await yard.request_retry(LANE)
        await until(lambda: not yard._keys, 15)

    assert handler.of(ONE) == [*range(1, 21)]
    assert broker.subscriptions == 1


async def test_a_spare_member_is_left_alone_while_another_one_drains() -> None:
    """The spare one has no partition of its own: it sees that what waits becomes less."""
    broker, yard, handler = CountingBroker(partitions=1), MemoryYard(), Handler(1)
    for position in range(1, 21):
        broker.put(message(position))

    async def slowly(event: Recorded[Any]) -> None:
        await asyncio.sleep(0 if handler.bad else 0.1)
        await handler(event)

    settings = {"watch_seconds": 0.05, "stalled_seconds": 1.5}
    both = [consumer(broker, yard, slowly, **settings) for _ in range(2)]
    async with running(*both):
        await until(lambda: len(broker.members.get(GROUP, [])) == 2 and committed(broker) == 20)
        handler.bad.clear()
        assert await yard.request_retry(LANE)
        await until(lambda: not yard._keys, 15)

    assert handler.of(ONE) == [*range(1, 21)]
    assert broker.subscriptions == 2


class Elsewhere(MemoryYard):
    """A key of a topic that this group does not read any more is to be tried again."""

    looks = 0

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        self.looks += 1
        key = Parked(
            lane=Lane(group or GROUP, "analytics.events", ONE),
            partition=0,
            reason="RuntimeError",
            parked_at=datetime(2026, 1, 1, tzinfo=UTC),
            messages=1,
            head=1,
            first=0,
            request=Request.RETRY,
        )
        return [key]


class Away(MemoryYard):
    """Lists what is parked once, as a database that goes away after the start."""

    looks = 0

    async def list(self, group: str | None = None) -> Sequence[Parked]:
        self.looks += 1
        if self.looks > 1:
            raise Unavailable
        return await super().list(group)


@pytest.mark.parametrize("yard", [Elsewhere(), Away()])
async def test_a_member_with_nothing_to_do_is_left_alone(yard: Elsewhere | Away) -> None:
    broker = CountingBroker()
    watched = consumer(broker, yard, Handler(), watch_seconds=0.01, stalled_seconds=0.03)

    async with running(watched):
        await until(lambda: yard.looks > 30)
        assert watched.healthy

    assert broker.subscriptions == 1


def test_a_key_that_is_no_id_gets_one_that_does_not_show_it() -> None:
    broker = MemoryBroker()
    broker.put(Outgoing(TOPIC, b"Jan Jansen", [], b""))
    [strange] = broker.messages(TOPIC)

    lane = lane_of(GROUP, strange)

    assert lane == lane_of(GROUP, strange)
    assert "Jan" not in str(lane)


async def test_places_in_a_topic_that_was_wiped_are_not_committed_to_the_new_one() -> None:
    """Else what lies before them there would never be read: repetitions do not come again."""
    broker, handler = MemoryBroker(), Handler()
    for position in (1, 1, 1, 2):
        broker.put(message(position))

    async with running(consumer(broker, MemoryYard(), handler, look_seconds=0.2)):
        await until(lambda: len(handler.seen) == 4)
        broker.wipe()
        for position in (1, 2, 3, 4):
            broker.put(message(position))
        await until(lambda: 4 in handler.of(ONE))
        await until(lambda: committed(broker) == 4)

    assert handler.of(ONE)[4:] == [1, 2, 3, 4]
