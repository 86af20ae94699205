"""A cancel that comes from within the client of the broker is a failure of it, ours is a cancel."""

import asyncio

import pytest

from events.broker import BrokerFailed
from events.kafka import _asked


async def test_a_task_of_the_client_that_was_cancelled_is_a_failure_of_the_broker() -> None:
    ended = asyncio.create_task(asyncio.Event().wait())
    ended.cancel()

    with pytest.raises(BrokerFailed, match="CancelledError"):
        await _asked(ended)


async def test_whoever_is_cancelled_while_asking_is_cancelled() -> None:
    asking = asyncio.create_task(_asked(asyncio.Event().wait()))
    await asyncio.sleep(0)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_limit_of_time_stays_one() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await _asked(asyncio.Event().wait())
