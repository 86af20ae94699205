"""What every parking yard promises: the same tests on memory and on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
import pytest

from events.broker import Message, Partition
from events.memory import MemoryStore
from events.parking import NO_PARTITION, Lane, MovedOn, Request, Waiting, Yard, event_of
from events.parking_memory import MemoryYard
from events.parking_postgres import PostgresYard
from events.postgres import PostgresStore
from events.store import (
    AccessLine,
    AlreadyAnswered,
    Answer,
    RequestKey,
    Store,
    Unavailable,
    WriteSet,
)
from events.testing import numbered

GROUP, TOPIC = "casefile.reactions", "intake.events"
KEY, OTHER = numbered(1), numbered(2)
LANE = Lane(GROUP, TOPIC, KEY)
HEADERS = [("ce_id", b"1"), ("ce_type", b"\xff\0"), ("ce_id", b"twice"), ("a\0\ud800", b"")]

REQUEST = RequestKey(subject="operator", route="POST /v1/parked-keys/1/skips", key="1")
ANSWER = Answer(status=200, location="/v1/parked-keys/1", version=0, position=0, body_hash=b"hash")
BESIDE = WriteSet(
    request=(REQUEST, ANSWER),
    access=[
        AccessLine(
            actor="operator",
            role="operator",
            organisation=None,
            action="parking:request",
            resource="/v1/parked-keys/1/skips",
            key=KEY,
            outcome="allowed",
            correlation_id=numbered(3),
        )
    ],
)


def message(offset: int, value: bytes | None = b"{}") -> Message:
    return Message(Partition(TOPIC, 3), offset, b"\xfekey", HEADERS, value)


@pytest.fixture
def yard(store: Store) -> Yard:
    if isinstance(store, MemoryStore):
        return MemoryYard(store=store)
    assert isinstance(store, PostgresStore)
    return PostgresYard(store.pool)


async def access_lines(store: Store) -> int:
    if isinstance(store, MemoryStore):
        return len(store.access)
    assert isinstance(store, PostgresStore)
    return int(await store.pool.fetchval("select count(*) from access_log"))


async def head_of(yard: Yard, lane: Lane = LANE) -> int:
    return next(parked.head for parked in await yard.list() if parked.lane == lane)


async def tried(yard: Yard, lane: Lane = LANE) -> Waiting:
    """The head as the one has it that does what was asked."""
    head = await yard.first(lane)
    assert head is not None
    return head


async def waiting(yard: Yard, lane: Lane = LANE) -> list[int]:
    """The offsets that wait, taken out one by one."""
    offsets = []
    await yard.request_retry(lane)
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
    assert await yard.parked(GROUP, KEY)
    assert not await yard.parked(GROUP, OTHER)


async def test_a_message_comes_back_as_it_was(yard: Yard) -> None:
    await yard.park(LANE, message(7, None), "unreadable")

    await yard.request_retry(LANE)

    assert (await tried(yard)).message == message(7, None)


async def test_the_same_message_waits_once_another_of_its_offset_too(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(7))
    await yard.behind(LANE, message(7, b"after the broker was wiped"))

    assert (await yard.list())[0].messages == 2


async def test_what_waits_comes_in_order_and_the_key_is_free_after_the_last(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    await yard.request_retry(LANE)

    assert not await yard.done(LANE, await tried(yard))
    second = await tried(yard)
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
    assert await yard.first(LANE) is None
    assert await yard.request_retry(LANE)
    for _ in range(3):
        await yard.first(LANE)

    assert await yard.request_retry(LANE)
    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    head = await tried(yard)
    assert head.tries == 1

    await yard.again(LANE, head, "still-wrong")
    [parked] = await yard.list()
    assert (parked.request, parked.reason) == (Request.NONE, "still-wrong")
    assert await yard.first(LANE) is None


async def test_what_is_asked_for_while_the_head_is_tried_is_not_forgotten(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.request_retry(LANE)
    head = await tried(yard)

    await yard.request_retry(LANE)
    await yard.again(LANE, head, "still-wrong")
    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    head = await tried(yard)
    await yard.request_skip(LANE, head.id, "made-up")
    await yard.again(LANE, await tried(yard), "still-wrong")

    assert [parked.request for parked in await yard.list()] == [Request.SKIP]
    assert (await tried(yard)).skip


async def test_a_skip_takes_out_the_head_and_retries_the_rest(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    assert await yard.request_skip(LANE, await head_of(yard), "made-up")
    head = await tried(yard)
    assert head.skip

    assert not await yard.skip(LANE, head)

    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    assert await waiting(yard) == [8]


async def test_of_two_that_do_one_skip_the_second_leaves_out_nothing(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    await yard.request_skip(LANE, await head_of(yard), "made-up")
    one, other = await tried(yard), await tried(yard)

    assert not await yard.skip(LANE, one)
    assert not await yard.skip(LANE, other)
    following = await tried(yard)
    assert not await yard.skip(LANE, following)

    assert not following.skip
    assert await waiting(yard) == [8]


async def test_a_skip_of_a_message_that_is_not_the_head_any_more_is_refused(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    seen = await head_of(yard)
    await yard.request_skip(LANE, seen, "made-up")
    await yard.skip(LANE, await tried(yard))

    with pytest.raises(MovedOn):
        await yard.request_skip(LANE, seen, "made-up")

    assert [parked.request for parked in await yard.list()] == [Request.RETRY]
    assert await waiting(yard) == [8]


async def test_a_skip_of_a_message_that_was_handled_meanwhile_leaves_out_no_other(
    yard: Yard,
) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.behind(LANE, message(8))
    await yard.request_retry(LANE)
    head = await tried(yard)
    await yard.request_skip(LANE, head.id, "made-up")

    assert not await yard.done(LANE, head)
    following = await tried(yard)
    assert not following.skip
    await yard.again(LANE, following, "runtime-error")

    assert [parked.request for parked in await yard.list()] == [Request.NONE]


async def test_a_key_that_is_not_parked_can_not_be_asked_for(yard: Yard) -> None:
    assert not await yard.request_retry(LANE)
    assert not await yard.request_skip(LANE, 1, "made-up")


async def test_what_is_written_beside_a_request_is_there_with_it_or_not_at_all(
    yard: Yard, store: Store
) -> None:
    refused = replace(BESIDE, request=(replace(REQUEST, key="refused"), ANSWER))
    assert not await yard.request_retry(LANE, refused)
    await yard.park(LANE, message(7), "runtime-error")
    head = await head_of(yard)
    with pytest.raises(MovedOn):
        await yard.request_skip(LANE, head + 1, "made-up", refused)

    assert await yard.request_skip(LANE, head, "made-up", BESIDE)

    assert await store.answer(replace(REQUEST, key="refused")) is None
    assert await store.answer(REQUEST) == ANSWER
    assert await access_lines(store) == 1


async def test_a_request_that_was_answered_before_asks_for_nothing(yard: Yard) -> None:
    await yard.park(LANE, message(7), "runtime-error")
    await yard.request_retry(LANE, BESIDE)
    await yard.again(LANE, await tried(yard), "still-wrong")

    with pytest.raises(AlreadyAnswered) as repeated:
        await yard.request_retry(LANE, BESIDE)

    assert repeated.value.answer == ANSWER
    assert [parked.request for parked in await yard.list()] == [Request.NONE]


@pytest.mark.system
async def test_a_request_that_is_killed_half_way_leaves_nothing(
    database: str, killed: Callable[[asyncpg.Connection], Awaitable[None]]
) -> None:
    async with PostgresStore.open(database, source="casefile") as store:
        yard = PostgresYard(store.pool)
        await yard.park(LANE, message(7), "runtime-error")
        head = await head_of(yard)

        async with store.pool.acquire() as other, other.transaction():
            await other.execute("select from parked_messages for update")
            asking = asyncio.create_task(yard.request_skip(LANE, head, "made-up", BESIDE))
            await killed(other)
        with pytest.raises(Unavailable):
            await asking

        assert [parked.request for parked in await yard.list()] == [Request.NONE]
        assert await store.answer(REQUEST) is None
        assert await access_lines(store) == 0


async def test_who_comes_while_the_last_one_leaves_waits_or_is_told_so(yard: Yard) -> None:
    for round_ in range(20):
        await yard.park(LANE, message(round_), "runtime-error")
        await yard.request_retry(LANE)
        head = await tried(yard)

        free, came = await asyncio.gather(
            yard.done(LANE, head), yard.behind(LANE, message(1000 + round_))
        )

        assert free is not came
        assert await yard.parked(GROUP, KEY) is came
        await waiting(yard)


async def test_tries_are_counted_per_message_until_they_are_forgotten(yard: Yard) -> None:
    messages = [message(offset) for offset in (5, 6, 7)]

    assert list(await yard.begin(GROUP, messages)) == [0, 0, 0]
    assert list(await yard.begin(GROUP, messages)) == [1, 1, 1]
    assert await yard.count(GROUP, message(6)) == 2
    assert list(await yard.begin("another", messages)) == [0, 0, 0]
    await yard.forget(GROUP, [message(5), message(6), message(99)])

    assert list(await yard.begin(GROUP, messages)) == [0, 0, 1]


def test_a_message_names_its_event_if_that_can_be_read() -> None:
    def with_headers(*headers: tuple[str, bytes]) -> Message:
        return Message(Partition(TOPIC, 3), 1, None, headers, None)

    assert event_of(with_headers(("ce_id", str(numbered(4)).encode()))) == numbered(4)
    for headers in ([], [("ce_id", b"")], [("ce_id", b"\xff")], HEADERS):
        assert event_of(with_headers(*headers)) is None
