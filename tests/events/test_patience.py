"""Time limits of handlers do not run while they wait for the database, or for others that do."""

import asyncio

import pytest

from events.patience import limited
from events.postgres import PostgresStore
from events.store import WriteSet
from events.testing import numbered
from events.waking import Turns

SECONDS = 0.05
LONGER = 4 * SECONDS


@pytest.mark.system
async def test_a_handler_may_read_and_write_in_a_slow_database(database: str) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        for ask in (
            lambda: store.history(numbered(1)),
            lambda: store.append(WriteSet(message=("casefile", numbered(1)))),
        ):
            locked = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_slow_down(store, locked))
                await locked.wait()
                async with limited(SECONDS):
                    await ask()


async def _slow_down(store: PostgresStore, locked: asyncio.Event) -> None:
    async with store.pool.acquire() as other, other.transaction():
        await other.execute("lock table events, inbox, log_head")
        locked.set()
        await asyncio.sleep(LONGER)


async def test_a_handler_may_wait_for_its_turn() -> None:
    turns, over = Turns(), asyncio.Event()

    async def hold() -> None:
        async with turns.turn(numbered(1)):
            over.set()
            await asyncio.sleep(LONGER)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        await over.wait()
        async with limited(SECONDS), turns.turn(numbered(1)):
            pass


async def test_a_handler_may_not_keep_its_turn_for_longer() -> None:
    turns = Turns()

    with pytest.raises(TimeoutError):
        async with limited(SECONDS), turns.turn(numbered(1)):
            await asyncio.Event().wait()

    async with limited(SECONDS), turns.turn(numbered(1)):
        pass
