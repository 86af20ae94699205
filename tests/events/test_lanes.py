"""Lanes by themselves: what a member has in hand, from its first message to its end."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from events.backoff import Backoff
from events.broker import Message, Partition
from events.contracts import registry
from events.contracts.intake import OfferMade
from events.envelope import reads, to_message
from events.lanes import Lanes
from events.offsets import Offsets
from events.parking_memory import MemoryYard
from events.store import Json, Recorded
from events.testing import recorded


def message(position: int) -> Message:
    event: Recorded[Json] = recorded({}, position)
    made = OfferMade(attempt=position, channel="letter", by_function="nurse")
    sent = to_message(event, ("offer-made", made))
    return Message(Partition(sent.topic, 0), position, sent.key, sent.headers, sent.value)


class Arriving(Offsets):
    """In the moment in which the first message is finished, the next of its key arrives."""

    def finished(self, message_: Message) -> None:
        super().finished(message_)
        if message_.offset == 1:
            asyncio.get_running_loop().call_soon(self.accept, [message(2)])

    def __init__(self) -> None:
        super().__init__()
        self.accept: Callable[[list[Message]], None] = lambda _: None


async def test_ending_waits_for_a_lane_that_began_anew_in_the_moment_of_its_end() -> None:
    began, go_on, handled = asyncio.Event(), asyncio.Event(), []

    async def handle(event: Recorded[Any]) -> None:
        if event.position == 2:
            began.set()
            await go_on.wait()
        handled.append(event.position)

    lanes = Lanes(
        group="casefile.reactions",
        read=reads(registry()),
        handle=handle,
        yard=MemoryYard(),
        backoff=Backoff(0.002, 0.02),
        chance=random.Random(1),  # noqa: S311 - delays, no secrets
        concurrency=4,
        offsets=(arriving := Arriving()),
    )
    arriving.accept = lanes.accept

    lanes.accept([message(1)])
    async with asyncio.timeout(5):
        await began.wait()
    ending = asyncio.create_task(lanes.finish(5))
    await asyncio.sleep(0)
    go_on.set()
    await ending

    assert handled == [1, 2]
