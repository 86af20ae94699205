"""Marks: a tail that a topic lost is noticed, and publishing goes on where nothing is missing."""

from collections.abc import Sequence

import pytest

from events.broker import Outgoing, Partition, Place
from events.broker_memory import MemoryBroker
from events.marks import Mark, Marks, Reached, decoded, encoded, held, marked, shorter

TOPIC = "intake.events"
ONE = Partition(TOPIC, 0)


async def sent(broker: MemoryBroker, positions: Sequence[int]) -> Marks:
    """A topic of one partition that got these positions, in this order."""
    async with broker.producer(TOPIC) as producer:
        messages = [message(position) for position in positions]
        return marked({}, zip(positions, await producer.send(messages), strict=True))


def message(position: int) -> Outgoing:
    return Outgoing(TOPIC, b"key", [("ce_position", str(position).encode())], b"")


async def left(broker: MemoryBroker, reached: Reached) -> Reached:
    async with broker.producer(TOPIC) as producer:
        return await held(producer, reached, {})


def test_marks_are_written_and_read() -> None:
    marks = {3: Mark(5, 9), 11: Mark(7, 8, 7, 2)}

    assert decoded(encoded(marks)) == marks


def test_what_is_sent_out_of_turn_is_remembered_until_the_end() -> None:
    places = [Place(0, offset) for offset in range(6)]

    marks = marked({}, zip([1, 3, 5, 2, 4, 6], places, strict=True))

    assert marks == {0: Mark(offset=5, position=6, turn=3, floor=2)}


def test_a_partition_that_ends_before_its_mark_is_too_short() -> None:
    marks = {0: Mark(5, 9)}

    assert shorter({0: 5}, marks)
    assert not shorter({0: 6}, marks)
    assert not shorter({1: 0}, marks)


async def test_a_topic_that_lost_nothing_is_as_it_was() -> None:
    broker = MemoryBroker(1)
    reached = Reached(5, await sent(broker, [1, 2, 5]))
    broker.put(message(77))

    assert await left(broker, reached) == reached


@pytest.mark.parametrize(
    ("positions", "keep", "position"),
    [
        pytest.param([1, 2, 4, 5], 3, 4, id="a tail"),
        pytest.param([1, 2, 4, 5], 0, 0, id="everything"),
        pytest.param([1, 3, 5, 2, 4, 6, 7], 6, 6, id="a tail after what was sent out of turn"),
        pytest.param([1, 3, 5, 2, 4, 6, 7], 4, 2, id="what came after the first out of turn"),
        pytest.param([1, 3, 5, 2, 4, 6, 7], 3, 1, id="what was sent out of turn"),
        pytest.param([1, 2, 3, 1, 2, 3, 4], 5, 2, id="some of what was published again"),
        pytest.param([1, 2, 3, 1, 2, 3, 4], 2, 0, id="all of what was published again"),
    ],
)
async def test_one_goes_on_from_where_everything_before_is_there(
    positions: list[int], keep: int, position: int
) -> None:
    broker = MemoryBroker(1)
    reached = Reached(7, await sent(broker, positions))
    broker.lose_tail(ONE, keep)

    found = await left(broker, reached)

    assert found.position == position
    assert await left(broker, found) == found
    kept = set(positions[:keep])
    assert {p for p in positions if p <= position} <= kept


async def test_the_partition_that_lost_most_decides() -> None:
    broker = MemoryBroker(2)
    keys = [b"a", b"d"]
    async with broker.producer(TOPIC) as producer:
        messages = [
            Outgoing(TOPIC, keys[n % 2], [("ce_position", str(n).encode())], b"")
            for n in range(1, 9)
        ]
        marks = marked({}, zip(range(1, 9), await producer.send(messages), strict=True))
    assert len(marks) == 2
    for number in marks:
        broker.lose_tail(Partition(TOPIC, number), 3 - number)

    assert (await left(broker, Reached(8, marks))).position == min(
        int(dict(place[-1].headers)["ce_position"]) for place in broker.places(TOPIC)
    )


async def test_another_log_in_its_place_does_not_count_although_it_is_as_long() -> None:
    broker = MemoryBroker(1)
    reached = Reached(3, await sent(broker, [1, 2, 3]))
    broker.wipe()
    await sent(broker, [4, 5, 6, 7])

    assert await left(broker, reached) == Reached()


@pytest.mark.parametrize(("position", "others"), [(3, [4, 5]), (7, [4, 5]), (7, [2, 3])])
async def test_another_log_in_its_place_does_not_count_although_it_is_shorter(
    position: int, others: list[int]
) -> None:
    """What was sent with or after the last that is known says nothing of what came before it."""
    broker = MemoryBroker(1)
    reached = Reached(position, await sent(broker, [1, 2, 3]))
    broker.wipe()
    await sent(broker, others)

    assert await left(broker, reached) == Reached()


async def test_what_somebody_else_put_there_is_no_place_to_go_on_from() -> None:
    broker = MemoryBroker(1)
    reached = Reached(4, await sent(broker, [1, 2, 3, 4]))
    broker.lose_tail(ONE, 2)
    broker.put(Outgoing(TOPIC, b"key", [], b""))

    assert await left(broker, reached) == Reached()


async def test_what_its_time_ran_out_for_is_not_lost() -> None:
    broker = MemoryBroker(1)
    reached = Reached(2, await sent(broker, [1, 2]))
    await sent(broker, [3])
    broker.expire(ONE, 2)

    assert await left(broker, reached) == reached


async def test_what_lies_where_something_new_was_put_was_lost() -> None:
    broker = MemoryBroker(1)
    reached = Reached(4, await sent(broker, [1, 2, 3, 4]))
    broker.lose_tail(ONE, 2)
    async with broker.producer(TOPIC) as producer:
        await producer.send([message(5), message(6), message(7)])

        found = await held(producer, reached, {0: 2})

    assert found == Reached(2, {0: Mark(1, 2)})
