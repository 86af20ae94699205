"""How far a group may say that it is, of messages that are finished in any order."""

from collections.abc import Sequence
from itertools import permutations

from events.broker import Message, Partition
from events.offsets import Offsets

HERE, ELSEWHERE = Partition("intake.events", 1), Partition("intake.events", 2)


def message(offset: int, partition: Partition = HERE) -> Message:
    return Message(partition, offset, b"key", [("ce_id", str(offset).encode())], b"{}")


def test_nothing_is_ready_past_what_is_unfinished() -> None:
    for order in permutations(range(4)):
        finished = [set(order[:many]) for many in range(1, 5)]
        firsts = [next(n for n in range(5) if n not in done) for done in finished]

        assert _ready_after(order) == firsts


def _ready_after(order: Sequence[int]) -> list[int]:
    """The place that may be committed, after each of four messages was finished."""
    offsets, found = Offsets(), []
    for offset in range(4):
        offsets.began(message(offset))
    for offset in order:
        offsets.finished(message(offset))
        found.append(offsets.ready()[HERE].offset if offsets.ready() else 0)
    return found


def test_a_partition_does_not_wait_for_another() -> None:
    offsets = Offsets()
    offsets.began(message(0))
    offsets.began(message(7, ELSEWHERE))

    offsets.finished(message(7, ELSEWHERE))

    assert {p: at.offset for p, at in offsets.ready().items()} == {ELSEWHERE: 8}


def test_what_was_finished_while_something_was_committed_is_ready_still() -> None:
    offsets = Offsets()
    offsets.began(message(0))
    offsets.began(message(1))
    offsets.finished(message(0))
    committed = offsets.ready()
    offsets.finished(message(1))

    offsets.committed(committed)

    assert {p: at.offset for p, at in offsets.ready().items()} == {HERE: 2}
