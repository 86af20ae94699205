"""What the log keeps to, if ever a counter or the clock of the database should be wrong."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from events.postgres import PostgresStore
from events.store import Unwritable
from events.testing import draft, write

pytestmark = pytest.mark.system


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    async with PostgresStore.open(database, source="intake") as opened:
        yield opened


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("update streams set version = 0", id="version"),
        pytest.param("update log_head set position = 0", id="position"),
    ],
)
async def test_no_place_is_given_twice_by_a_counter_that_was_set_back(
    store: PostgresStore, admin: asyncpg.Connection, wrong: str
) -> None:
    stream = uuid4()
    await store.append(write(draft(stream)))
    before = await store.after(0, 10)
    await admin.execute(wrong)

    with pytest.raises(Unwritable):
        await store.append(write(draft(stream)))

    assert await store.after(0, 10) == before


async def test_times_rise_with_positions_though_the_clock_was_set_back(
    store: PostgresStore, admin: asyncpg.Connection
) -> None:
    ahead = await admin.fetchval(
        "update log_head set recorded_at = now() + interval '1 hour' returning recorded_at"
    )

    appended = [await store.append(write(draft(uuid4()), draft(uuid4()))) for _ in range(2)]

    times = [event.recorded_at for event in await store.after(0, 10)]
    assert ahead < times[0]
    assert times == sorted(set(times))
    assert [a.recorded_at for a in appended] == times[1::2]
