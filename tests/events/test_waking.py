"""Waiting: what is cancelled ends, whatever comes in the same moment."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from events.backoff import pause
from events.waking import Bell


async def follow(bell: Bell) -> None:
    async for _ in bell.rings():
        pass


def ringing() -> tuple[Coroutine[Any, Any, None], Callable[[], None]]:
    bell = Bell()
    return follow(bell), bell.ring


def stopping() -> tuple[Coroutine[Any, Any, None], Callable[[], None]]:
    stop = asyncio.Event()
    return pause(stop, 10), stop.set


@pytest.mark.parametrize("ticks", range(3))
@pytest.mark.parametrize("made", [ringing, stopping])
async def test_a_cancel_that_comes_with_the_news_is_not_lost(
    made: Callable[[], tuple[Coroutine[Any, Any, None], Callable[[], None]]], ticks: int
) -> None:
    work, news = made()
    waiting = asyncio.create_task(work)
    for _ in range(3):
        await asyncio.sleep(0)

    news()
    for _ in range(ticks):
        await asyncio.sleep(0)
    already_over = waiting.done()
    waiting.cancel()
    _, still_there = await asyncio.wait([waiting], timeout=2)

    assert not still_there
    assert waiting.cancelled() or already_over
