"""Marks: what a topic was seen to hold of a log, so that a tail that it lost is noticed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import orjson

from events.broker import Extent, Message, Place, Producer


@dataclass(frozen=True, slots=True)
class Mark:
    """The last message that a partition acknowledged: its offset, and its position in the log.

    `turn` is where something was sent last that did not follow in the order of the log (what had
    been parked, or is published again), `floor` the first position of all that was.
    """

    offset: int
    position: int
    turn: int = -1
    floor: int = 0


Marks = Mapping[int, Mark]
"""By the number of the partition."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a log is published, and what of that its topic was seen to hold."""

    position: int = 0
    marks: Marks = field(default_factory=dict)


def encoded(marks: Marks) -> str:
    rows = {n: [m.offset, m.position, m.turn, m.floor] for n, m in sorted(marks.items())}
    return orjson.dumps(rows, option=orjson.OPT_NON_STR_KEYS).decode()


def decoded(text: str) -> Marks:
    return {int(number): Mark(*values) for number, values in orjson.loads(text).items()}


def marked(marks: Marks, sent: Iterable[tuple[int, Place]]) -> Marks:
    """The marks after these positions were acknowledged at these places."""
    found = dict(marks)
    for position, (number, offset) in sent:
        before = found.get(number)
        if before is None:
            found[number] = Mark(offset, position)
        elif position > before.position:
            found[number] = replace(before, offset=offset, position=position)
        else:
            floor = position if before.turn < 0 else min(before.floor, position)
            found[number] = Mark(offset, position, offset, floor)
    return found


def first_places(places: Iterable[Place]) -> Mapping[int, int]:
    """The first offset in each partition."""
    found: dict[int, int] = {}
    for number, offset in places:
        found.setdefault(number, offset)
    return found


def shorter(ends: Mapping[int, int], marks: Marks) -> bool:
    """Whether a partition ends before its mark; those that nothing is said of do not."""
    return any(m.offset >= ends[n] for n, m in marks.items() if n in ends)


async def held(producer: Producer, reached: Reached, ends: Mapping[int, int]) -> Reached:
    """What of all this the topic still holds; what lies at `ends` or after it does not count.

    Without a loss that is the same. Else one is to go on from where everything before is there.
    """
    extents = await producer.extents()
    position, marks = reached.position, dict(reached.marks)
    for number, mark in reached.marks.items():
        extent = extents.get(number, Extent(0, 0))
        extent = Extent(extent.start, min(extent.end, ends.get(number, extent.end)))
        if await _holds(producer, number, mark, extent):
            continue
        left = await _left(producer, number, mark, extent)
        if left is None or left.position > reached.position:
            position = 0
            del marks[number]
        else:
            late = mark.turn >= extent.end
            position = min(position, left.position, mark.floor - 1 if late else left.position)
            marks[number] = left
    return Reached(position, marks)


async def _holds(producer: Producer, number: int, mark: Mark, extent: Extent) -> bool:
    """What its time ran out for is not lost."""
    if extent.end <= mark.offset:
        return False
    if extent.start > mark.offset:
        return True
    return _position(await producer.read(Place(number, mark.offset))) == mark.position


async def _left(producer: Producer, number: int, mark: Mark, extent: Extent) -> Mark | None:
    """The last message of a log cut short; None if it may be another log than it was."""
    last = extent.end - 1
    if last < extent.start or last >= mark.offset:
        return None
    position = _position(await producer.read(Place(number, last)))
    if position is None or position >= mark.position:
        return None
    if mark.turn > last:
        return Mark(last, position)
    return replace(mark, offset=last, position=position)


def _position(message: Message | None) -> int | None:
    """Whatever else may be on a topic has none."""
    value = dict(message.headers).get("ce_position", b"") if message else b""
    return int(value) if value.isdigit() else None
