"""What every checkpoint promises: the same tests on memory and on PostgreSQL."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from events.checkpoint import Checkpoint, MemoryCheckpoint, PostgresCheckpoint
from events.marks import Mark, Reached
from events.store import Unavailable

Ended = Callable[[], Awaitable[None]]


@pytest.fixture
def checkpoint(kind: str | None) -> Checkpoint:
    return MemoryCheckpoint() if kind is None else PostgresCheckpoint(kind)


@pytest.fixture
def end_sessions(kind: str | None, checkpoint: Checkpoint) -> Ended:
    """Ends all sessions of the server's, as an operator or a restart does."""

    async def end() -> None:
        if isinstance(checkpoint, MemoryCheckpoint):
            checkpoint.end_session()
            return
        connection = await asyncpg.connect(kind)
        await connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where pid <> pg_backend_pid() and usename = current_user"
        )
        await connection.close()

    return end


async def test_one_leads_and_the_next_after_it(checkpoint: Checkpoint) -> None:
    async with checkpoint.lead() as first:
        async with checkpoint.lead() as second:
            assert second is None
        assert first is not None
        assert await first.reached() == Reached(0)
        assert await first.move(Reached(0), Reached(5))
    async with checkpoint.lead() as third:
        assert third is not None
        assert await third.reached() == Reached(5)


async def test_it_is_moved_only_from_where_it_is(checkpoint: Checkpoint) -> None:
    async with checkpoint.lead() as lead:
        assert lead is not None
        assert await lead.reached() == Reached(0)
        assert await lead.move(Reached(0), Reached(5))
        assert not await lead.move(Reached(4), Reached(9))
        assert await lead.move(Reached(5), Reached(7))
        assert await lead.reached() == Reached(7)


async def test_marks_are_moved_with_it_and_stay_when_it_is_moved_back(
    checkpoint: Checkpoint,
) -> None:
    marks = {3: Mark(5, 9), 11: Mark(7, 8, 7, 2)}
    async with checkpoint.lead() as lead:
        assert lead is not None
        assert await lead.move(await lead.reached(), Reached(9, marks))
        assert await lead.reached() == Reached(9, marks)

        assert await checkpoint.rewind(2) == 2
        assert await lead.reached() == Reached(2, marks)


async def test_it_is_moved_back_and_never_forward_by_hand(checkpoint: Checkpoint) -> None:
    async with checkpoint.lead() as lead:
        assert lead is not None
        assert await lead.reached() == Reached(0)
        assert await lead.move(Reached(0), Reached(5))

        assert await checkpoint.rewind(7) == 5
        assert await checkpoint.rewind(2) == 2
        assert not await lead.move(Reached(5), Reached(9))
        assert await lead.reached() == Reached(2)


async def test_what_was_sent_before_it_was_moved_back_to_the_same_place_does_not_count(
    checkpoint: Checkpoint,
) -> None:
    async with checkpoint.lead() as lead:
        assert lead is not None
        assert await lead.reached() == Reached(0)
        assert await checkpoint.rewind(0) == 0

        assert not await lead.move(Reached(0), Reached(5))
        assert await lead.reached() == Reached(0)
        assert await lead.move(Reached(0), Reached(5))


async def test_whoever_lost_the_lead_moves_nothing(
    checkpoint: Checkpoint, end_sessions: Ended
) -> None:
    async with checkpoint.lead() as old:
        assert old is not None
        await end_sessions()

        async with checkpoint.lead() as new:
            assert new is not None
            with pytest.raises(Unavailable):
                await old.move(Reached(0), Reached(5))
            with pytest.raises(Unavailable):
                await old.reached()
            assert await new.reached() == Reached(0)
            assert await new.move(Reached(0), Reached(3))

        async with checkpoint.lead() as last:
            assert last is not None
            assert await last.reached() == Reached(3)


@pytest.mark.system
async def test_the_lead_is_kept_while_a_chunk_is_under_way(database: str) -> None:
    checkpoint = PostgresCheckpoint(database, idle_seconds=2)
    async with checkpoint.lead() as lead:
        assert lead is not None
        known = await lead.reached()

        await asyncio.sleep(5)

        async with checkpoint.lead() as other:
            assert other is None
        assert await lead.move(known, Reached(5))


@pytest.mark.system
async def test_whoever_stands_still_loses_the_lead(database: str) -> None:
    checkpoint = PostgresCheckpoint(database, idle_seconds=0.3)
    async with checkpoint.lead() as lead:
        assert lead is not None

        time.sleep(1)  # noqa: ASYNC251 - so that nothing of this process moves

        with pytest.raises(Unavailable):
            await lead.reached()
