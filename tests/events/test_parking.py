"""What every parking yard promises: the same tests on memory and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from events.broker import Message, Partition
from events.parking import NO_PARTITION, Lane, Request, Yard
from events.parking_memory import MemoryYard
from events.parking_postgres import PostgresYard
from events.postgres import PostgresStore
from events.testing import numbered

GROUP, TOPIC = "casefile.reactions", "intake.events"
KEY, OTHER = numbered(1), numbered(2)
LANE = Lane(GROUP, TOPIC, KEY)
HEADERS = [("ce_id", b"1"), ("ce_type", b"\xff"), ("ce_id", b"twice")]


def message(offset: int, value: bytes | None = b"{}") -> Message:
    return Message(Partition(TOPIC, 3), offset, b"\xfekey", HEADERS, value)


@pytest.fixture
async def yard(kind: str | None) -> AsyncIterator[Yard]:
    if kind is None:
        yield MemoryYard()
    else:
        async with PostgresStore.open(kind, source="casefile") as store:
            yield PostgresYard(store.pool)


async def waiting(yard: Yard, lane: Lane = LANE) -> list[int]:
    """The offsets that wait, taken out one by one."""
    offsets = []
    while head := await yard.first(lane):
        offsets.append(head.message.offset)
        await yard.done(lane, head)
    return offsets


async def test_a_parked_key_says_why_and_how_much_waits(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    assert await yard.behind(LANE, message(9))

    [parked] = await yard.list()
    assert (parked.lane, parked.reason, parked.messages) == (LANE, "runtime-error", 2)
    assert (parked.partition, parked.first, parked.request) == (3, 7, Request.NONE)
    assert await yard.list("another.group") == []
    assert await yard.parked(LANE)
    assert not await yard.parked(LANE._replace(key=OTHER))


async def test_a_message_comes_back_as_it_was(yard: Yard) -> None:
    await yard.park(LANE, message(7, None), "unreadable")

    head = await yard.first(LANE)

    assert head is not None
    assert head.message == message(7, None)


async def test_the_same_message_waits_once_another_of_its_offset_too(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(7))
    await yard.behind(LANE, message(7, b"after the broker was wiped"))

    assert (await yard.list())[0].messages == 2


async def test_what_waits_comes_in_order_and_the_key_is_free_after_the_last(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))

    first = await yard.first(LANE)
    assert first is not None
    assert not await yard.done(LANE, first)
    second = await yard.first(LANE)
    assert second is not None
    assert second.message.offset == 8
    assert await yard.done(LANE, second)

    assert await yard.first(LANE) is None
    assert not await yard.behind(LANE, message(9))
    assert await yard.list() == []


async def test_messages_wait_in_the_order_of_coming_those_of_the_log_in_that_of_the_log(
    yard: Yard,
) -> None:
    in_log = LANE._replace(group="intake.relay")
    for offset in (7, 5, 8):
        await yard.park(LANE, message(offset), "runtime-error")
        place = Message(Partition(TOPIC, NO_PARTITION), offset, None, [], None)
        await yard.park(in_log, place, "runtime-error")

    assert [parked.first for parked in await yard.list()] == [7, 5]
    assert await waiting(yard) == [7, 5, 8]
    assert await waiting(yard, in_log) == [5, 7, 8]


async def test_keys_groups_and_topics_are_apart(yard: Yard) -> None:
    lanes = [
        LANE,
        LANE._replace(key=OTHER),
        LANE._replace(group="access"),
        LANE._replace(topic="x"),
    ]
    for offset, lane in enumerate(lanes):
        await yard.park(lane, message(offset), "runtime-error")

    assert [parked.lane for parked in await yard.list()] == lanes
    assert [await waiting(yard, lane) for lane in lanes] == [[0], [1], [2], [3]]


async def test_a_request_is_kept_until_it_is_done_and_counts_tries_anew(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    for _ in range(3):
        await yard.first(LANE)

    assert await yard.request_retry(LANE)
    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    head = await yard.first(LANE)
    assert head is not None
    assert head.tries == 1

    await yard.again(LANE, "still-wrong")
    [parked] = await yard.list()
    assert (parked.request, parked.reason) == (Request.NONE, "still-wrong")


async def test_a_skip_takes_out_the_head_and_retries_the_rest(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    assert await yard.request_skip(LANE, "made-up")
    head = await yard.first(LANE)
    assert head is not None

    assert not await yard.skip(LANE, head)

    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    assert await waiting(yard) == [8]


async def test_a_key_that_is_not_parked_can_not_be_asked_for(yard: Yard) -> None:
    assert not await yard.request_retry(LANE)
    assert not await yard.request_skip(LANE, "made-up")


async def test_who_comes_while_the_last_one_leaves_waits_or_is_told_so(yard: Yard) -> None:
    for round_ in range(20):
        await yard.park(LANE, message(round_), "runtime-error")
        head = await yard.first(LANE)
        assert head is not None

        free, came = await asyncio.gather(
            yard.done(LANE, head), yard.behind(LANE, message(1000 + round_))
        )

        assert free is not came
        assert await yard.parked(LANE) is came
        await waiting(yard)


async def test_tries_are_counted_per_message_until_they_are_forgotten(yard: Yard) -> None:
    messages = [message(offset) for offset in (5, 6, 7)]

    assert list(await yard.begin(GROUP, messages)) == [0, 0, 0]
    assert list(await yard.begin(GROUP, messages)) == [1, 1, 1]
    assert await yard.count(GROUP, message(6)) == 2
    assert list(await yard.begin("another", messages)) == [0, 0, 0]
    await yard.forget(GROUP, {Partition(TOPIC, 3): 7, Partition(TOPIC, 4): 99})

    assert list(await yard.begin(GROUP, messages)) == [0, 0, 1]
