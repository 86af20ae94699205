"""Durable work: claimed by one, counted before, retried until done; on memory and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from events.backoff import Backoff
from events.memory import MemoryStore
from events.postgres import PostgresStore
from events.store import Json, Store, Work, WriteSet
from events.testing import METADATA, FixedClock
from events.work import QUICK_TRIES, Claimed, Worker, WorkQueue
from events.work_memory import MemoryQueue
from events.work_postgres import PostgresQueue

NOW = datetime(2100, 1, 1, tzinfo=UTC)
"""Of the workers: later than any server's, by whose clock no timer of these tests is due."""
KINDS = ["mail"]
LEASE = timedelta(seconds=60)
SHORT = timedelta(seconds=0.05)
SECOND = timedelta(seconds=1)


class Place:
    """A store and the queue of its work items."""

    def __init__(self, store: Store, queue: WorkQueue) -> None:
        self.store = store
        self.queue = queue

    async def add(
        self, kind: str = "mail", due_in: int | None = 0, data: Json | None = None
    ) -> UUID:
        item = Work(
            id=uuid4(),
            kind=kind,
            key=uuid4(),
            data=data or {"to": "desk"},
            due_at=None if due_in is None else NOW + timedelta(seconds=due_in),
            metadata=METADATA,
        )
        await self.store.append(WriteSet(work=[item]))
        return item.id

    async def waiting(self) -> int:
        return (await self.queue.backlog(NOW)).waiting


@pytest.fixture
async def place(kind: str | None) -> AsyncIterator[Place]:
    if kind is None:
        store = MemoryStore("notifications")
        yield Place(store, MemoryQueue(store))
    else:
        async with PostgresStore.open(kind, source="notifications") as opened:
            yield Place(opened, PostgresQueue(opened.pool))


def worker(
    place: Place,
    handle: Callable[[Work], Awaitable[None]],
    clock: FixedClock,
    backoff: Backoff = Backoff(10, 100),  # noqa: B008 - a value
) -> Worker:
    return Worker(
        service="notifications",
        queue=place.queue,
        handlers={"mail": handle},
        clock=clock,
        lease=LEASE,
        look_seconds=0.01,
        backoff=backoff,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.002)


async def claimed_again(place: Place, now: datetime, lease: timedelta = LEASE) -> Claimed:
    async with asyncio.timeout(5):
        while not (claimed := await place.queue.claim(KINDS, now, lease, 1)):  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.002)
    return claimed[0]


async def handled(one: Worker) -> None:
    async with asyncio.timeout(5):
        while not await one.once():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.002)


class Death(BaseException):
    """Ends a worker within a handler, as a kill does."""


class SlowToAnswer:
    """Holds an item from now on, and says so only after half of the lease."""

    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue
        self.defer, self.backlog = queue.defer, queue.backlog

    async def claim(
        self, kinds: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        claimed = await self._queue.claim(kinds, now, lease, limit)
        await asyncio.sleep(lease.total_seconds() / 2)
        return claimed


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for each in workers:
            tasks.create_task(each.run(stop))
        yield stop
        stop.set()


async def test_items_are_claimed_once_when_due_and_of_the_kinds_asked_for(place: Place) -> None:
    late = await place.add(due_in=-5)
    early = await place.add(due_in=-10)
    await place.add(due_in=60)
    await place.add(kind="fetch")

    claimed = await place.queue.claim(KINDS, NOW, LEASE, 10)
    again = await place.queue.claim(KINDS, NOW, LEASE, 10)

    assert [(c.work.id, c.tries) for c in claimed] == [(early, 1), (late, 1)]
    assert again == []
    assert claimed[0].work.data == {"to": "desk"}
    assert claimed[0].work.metadata == METADATA


async def test_a_timer_comes_due(place: Place) -> None:
    timer = await place.add(due_in=3600)

    assert await place.queue.claim(KINDS, NOW + 3599 * SECOND, LEASE, 10) == []
    [claimed] = await place.queue.claim(KINDS, NOW + 3600 * SECOND, LEASE, 10)

    assert claimed.work.id == timer


async def test_when_a_lease_ends_another_worker_gets_the_item(place: Place) -> None:
    item = await place.add()
    [first] = await place.queue.claim(KINDS, NOW, SHORT, 10)

    second = await claimed_again(place, NOW)
    await place.queue.defer(first, timedelta())

    assert (second.work.id, second.tries) == (item, 2)
    assert await place.queue.claim(KINDS, NOW, LEASE, 10) == []


async def test_workers_whose_clocks_differ_never_hold_one_item_at_once(place: Place) -> None:
    await place.add(due_in=-600)
    [_] = await place.queue.claim(KINDS, NOW, LEASE, 10)

    ahead = await place.queue.claim(KINDS, NOW + timedelta(minutes=10), LEASE, 10)
    behind = await place.queue.claim(KINDS, NOW - timedelta(minutes=10), LEASE, 10)

    assert [*ahead, *behind] == []


async def test_a_worker_whose_clock_is_ahead_holds_no_work_back(place: Place) -> None:
    await place.add()
    ahead = NOW + timedelta(minutes=10)
    [first] = await place.queue.claim(KINDS, ahead, SHORT, 10)

    again = await claimed_again(place, NOW)
    await place.queue.defer(again, SHORT)

    assert (await claimed_again(place, NOW)).work.id == first.work.id


async def test_a_worker_whose_clock_is_behind_holds_back_no_work_without_a_timer(
    place: Place,
) -> None:
    item = await place.add(due_in=None)

    [claimed] = await place.queue.claim(KINDS, datetime(2020, 1, 1, tzinfo=UTC), LEASE, 10)

    assert claimed.work.id == item


async def test_a_worker_whose_clock_is_behind_gets_what_was_due_when_it_was_recorded(
    place: Place,
) -> None:
    """It waits for no clock, while a timer that was set for later does."""
    now, late = datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
    item = await place.add(due_in=(late - NOW).days * 86_400)
    await place.add(due_in=0)

    claimed = await place.queue.claim(KINDS, now, LEASE, 10)

    assert [c.work.id for c in claimed] == [item]


async def test_a_worker_whose_clock_steps_does_not_take_its_own_item_again(place: Place) -> None:
    clock, begun, go_on = FixedClock(NOW), list[UUID](), asyncio.Event()
    await place.add()

    async def handle(item: Work) -> None:
        begun.append(item.id)
        await go_on.wait()
        await place.store.append(WriteSet(done=[item.id]))

    stepping = worker(place, handle, clock)
    async with running(stepping):
        await until(lambda: len(begun) == 1)
        clock.advance(timedelta(hours=1))
        assert await stepping.once() == 0
        go_on.set()

    assert len(begun) == 1


async def test_what_kills_its_workers_comes_back_later_than_what_they_held_beside_it(
    place: Place,
) -> None:
    deadly = await place.add(due_in=-5)
    for _ in range(QUICK_TRIES):
        assert (await claimed_again(place, NOW, SHORT)).work.id == deadly

    async def handle(_: Work) -> None:
        raise Death

    one = worker(place, handle, FixedClock(NOW))
    one.lease = SHORT
    with pytest.raises(Death):
        await handled(one)
    beside = await place.add()
    for _ in range(3):
        assert (await claimed_again(place, NOW, SHORT)).work.id == beside


async def test_a_handler_is_ended_before_the_lease_that_it_began_with(place: Place) -> None:
    """However long the answer to the claim was on its way."""
    ended, item = list[bool](), await place.add()

    async def handle(_: Work) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(await place.queue.claim(KINDS, NOW, LEASE, 10) == [])

    one = worker(place, handle, FixedClock(NOW), Backoff(0.01, 0.1))
    one.lease, one.queue = 5 * SECOND, SlowToAnswer(place.queue)
    handling = asyncio.create_task(one.once())
    await asyncio.wait([handling], timeout=20)
    handling.cancel()

    assert ended == [True]
    assert (await claimed_again(place, NOW)).work.id == item


@pytest.mark.system
async def test_an_item_that_another_worker_is_claiming_is_passed_over(database: str) -> None:
    async with PostgresStore.open(database, source="notifications") as store:
        place = Place(store, PostgresQueue(store.pool))
        taken, free = await place.add(), await place.add()
        async with store.pool.acquire() as other, other.transaction():
            await other.execute("select from work where id = $1 for update", taken)
            claiming = asyncio.create_task(place.queue.claim(KINDS, NOW, LEASE, 10))
            await asyncio.wait([claiming], timeout=5)
            waits = not claiming.done()
        claimed = await claiming

    assert not waits
    assert [c.work.id for c in claimed] == [free]


async def test_a_deferred_item_is_due_again_later(place: Place) -> None:
    await place.add()
    [claimed] = await place.queue.claim(KINDS, NOW, LEASE, 10)

    await place.queue.defer(claimed, 2 * SECOND)

    assert await place.queue.claim(KINDS, NOW + LEASE, LEASE, 10) == []
    assert (await claimed_again(place, NOW)).tries == 2


async def test_the_backlog_counts_all_and_dates_what_is_overdue(place: Place) -> None:
    await place.add(due_in=-90)
    await place.add(due_in=-30)
    await place.add(due_in=30)

    backlog = await place.queue.backlog(NOW)

    assert (backlog.waiting, backlog.oldest) == (3, NOW - 90 * SECOND)


async def test_two_workers_do_each_item_once(place: Place) -> None:
    items = {await place.add() for _ in range(40)}
    done: list[UUID] = []

    async def handle(item: Work) -> None:
        done.append(item.id)
        await place.store.append(WriteSet(done=[item.id]))

    clock = FixedClock(NOW)
    async with running(worker(place, handle, clock), worker(place, handle, clock)):
        await until(lambda: len(done) >= 40)

    assert sorted(done) == sorted(items)
    assert await place.waiting() == 0


async def test_what_fails_is_retried_later_and_later_until_it_is_done(place: Place) -> None:
    await place.add()
    tried, time = list[float](), asyncio.get_running_loop().time

    async def handle(item: Work) -> None:
        tried.append(time())
        if len(tried) < 4:
            raise RuntimeError
        await place.store.append(WriteSet(done=[item.id]))

    async with running(worker(place, handle, FixedClock(NOW), Backoff(0.05, 1))):
        await until(lambda: len(tried) == 4)

    waits = [b - a for a, b in pairwise(tried)]
    assert all(wait > least for wait, least in zip(waits, (0.025, 0.05, 0.1), strict=True))
    assert await place.waiting() == 0


def test_after_the_longest_outage_work_waits_half_a_minute_at_most() -> None:
    """What nobody could do for a day is done soon after it can be done again."""
    queue = MemoryQueue(MemoryStore("notifications"))
    usual = Worker(service="notifications", queue=queue, handlers={})

    delays = [usual.backoff.delay(tries, usual.chance) for tries in range(1, 10_000)]

    assert delays[0] <= 1.0
    assert max(delays) <= 30.0


async def test_an_item_that_was_done_before_is_a_success(place: Place) -> None:
    await place.add()

    async def handle(work: Work) -> None:
        for _ in range(2):
            await place.store.append(WriteSet(done=[work.id]))

    assert await worker(place, handle, FixedClock(NOW)).once() == 1
    assert await place.queue.claim(KINDS, NOW + 2 * LEASE, LEASE, 10) == []


async def test_a_stop_finishes_what_was_begun(place: Place) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    await place.add()

    async def handle(item: Work) -> None:
        begun.set()
        await go_on.wait()
        await place.store.append(WriteSet(done=[item.id]))

    async with running(worker(place, handle, FixedClock(NOW))) as stop:
        await begun.wait()
        stop.set()
        await asyncio.sleep(0.02)
        go_on.set()

    assert await place.waiting() == 0
