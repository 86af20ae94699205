"""What only a real server shows: several processes, lost connections, limits, one bad set."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from dev.postgres import Server
from events.connection import STATEMENT_SECONDS
from events.postgres import PostgresStore
from events.store import (
    Answer,
    Appended,
    Erased,
    RequestKey,
    Sealed,
    Unavailable,
    Unwritable,
    WriteSet,
)
from events.testing import draft, write

pytestmark = pytest.mark.system
WRITER = Path(__file__).parent / "programs" / "writer.py"
SESSIONS = "select count(*) from pg_stat_activity where datname = current_database()"
ANSWER = Answer(status=201, location="/", version=1, position=0, body_hash=b"hash")


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    async with PostgresStore.open(database, source="intake") as opened:
        yield opened


@pytest.fixture
async def other(database: str) -> AsyncIterator[PostgresStore]:
    """The store of another process."""
    async with PostgresStore.open(database, source="intake") as opened:
        yield opened


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def test_two_processes_leave_no_gap_and_a_follower_misses_nothing(
    store: PostgresStore, database: str
) -> None:
    command = [sys.executable, str(WRITER), database, str(uuid4()), "16", "20"]
    writers = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]
    seen: list[tuple[int, UUID]] = []

    while len(seen) < 640 and all(w.returncode in (None, 0) for w in writers):
        seen += [(r.position, r.id) for r in await store.after(len(seen), 100)]

    assert [await w.wait() for w in writers] == [0, 0]
    assert [position for position, _ in seen] == list(range(1, 641))
    assert (await store.head()).position == 640
    log = await store.after(0, 1000)
    assert [r.id for r in log] == [event for _, event in seen]
    assert [r.recorded_at for r in log] == sorted({r.recorded_at for r in log})


async def test_two_appends_of_one_stream_go_in_one_batch(
    store: PostgresStore, admin: asyncpg.Connection
) -> None:
    stream = uuid4()
    await store.append(write(draft(stream), expected=0))

    await asyncio.gather(*(store.append(write(draft(stream), expected=n)) for n in range(1, 11)))

    transactions = await admin.fetch("select distinct xmin::text from events where version > 1")
    assert len(transactions) == 1


async def test_one_bad_set_in_a_batch_fails_alone(store: PostgresStore) -> None:
    long = RequestKey(subject="s", route="r", key=secrets.token_hex(5000))
    bad = write(draft(uuid4()), request=(long, ANSWER))
    sets = [*(write(draft(uuid4())) for _ in range(9)), bad, write(draft(uuid4()))]

    results = await asyncio.gather(*(store.append(s) for s in sets), return_exceptions=True)

    refused = results.pop(9)
    assert isinstance(refused, Unwritable)
    assert long.key[:20] not in str(refused)
    assert [r.position for r in results if isinstance(r, Appended)] == list(range(1, 11))


async def test_a_value_that_the_driver_cannot_encode_is_refused_alone_and_not_quoted(
    store: PostgresStore,
) -> None:
    bad = write(draft(uuid4(), type="Jan \ud800"))
    sets = [write(draft(uuid4())), bad, write(draft(uuid4()))]

    results = await asyncio.gather(*(store.append(s) for s in sets), return_exceptions=True)

    refused = results.pop(1)
    assert isinstance(refused, Unwritable)
    assert str(refused) == "data-error"
    assert [r.position for r in results if isinstance(r, Appended)] == [1, 2]


async def test_stores_that_lock_in_every_order_do_not_block_each_other(
    store: PostgresStore, other: PostgresStore
) -> None:
    streams = [uuid4() for _ in range(6)]
    orders = [streams[i:] + streams[:i] for i in range(6)] * 10

    appended = [
        store_of.append(write(*(draft(s) for s in order)))
        for order in orders
        for store_of in (store, other)
    ]
    await asyncio.gather(*appended)

    assert (await store.head()).position == 720
    assert [r.version for r in await store.history(streams[0])] == list(range(1, 121))


@dataclass
class LosesTheAnswer:
    """The connection breaks after the commit, before its answer arrives."""

    connection: Any
    statement: Any

    async def fetchrow(self, *args: object) -> None:
        await self.statement.fetchrow(*args)
        self.connection.terminate()
        raise asyncpg.ConnectionDoesNotExistError


async def test_a_commit_whose_answer_is_lost_is_a_success(store: PostgresStore) -> None:
    await store.append(write(draft(uuid4())))
    request = RequestKey(subject="s", route="r", key="k")
    streams = [uuid4() for _ in range(4)]
    sets = [write(draft(s), draft(s), expected=0) for s in streams]
    sets.append(write(draft(uuid4()), request=(request, ANSWER)))
    lose_answer(store)

    appended = await asyncio.gather(*(store.append(s) for s in sets))

    assert [a.position for a in appended] == [3, 5, 7, 9, 10]
    assert (await store.head()).position == 10


def lose_answer(store: PostgresStore) -> None:
    appender = store._appender
    appender._statement = LosesTheAnswer(appender._connection, appender._statement)


async def test_a_killed_connection_is_replaced_and_the_set_is_written_once(
    store: PostgresStore,
    admin: asyncpg.Connection,
    killed: Callable[[asyncpg.Connection], Awaitable[None]],
) -> None:
    await store.append(write(draft(uuid4())))
    stream = uuid4()
    async with admin.transaction():
        await admin.execute("select * from log_head for update")
        waiting = asyncio.create_task(store.append(write(draft(stream), expected=0)))
        await killed(admin)

    await waiting

    assert [r.version for r in await store.history(stream)] == [1]


@pytest.mark.slow
async def test_a_statement_that_takes_too_long_is_given_up(
    store: PostgresStore, admin: asyncpg.Connection
) -> None:
    stream = uuid4()
    async with admin.transaction():
        await admin.execute("select * from log_head for update")
        with pytest.raises(Unavailable):
            await store.append(write(draft(stream), expected=0))

    await store.append(write(draft(stream), expected=0))

    assert len(await store.history(stream)) == 1


async def test_without_a_server_it_says_so_and_comes_back_by_itself(
    store: PostgresStore, server: Server
) -> None:
    await store.append(write(draft(uuid4())))

    await server.process.stop()
    refused = [store.append(write(draft(uuid4()))) for _ in range(20)]
    results = await asyncio.wait_for(asyncio.gather(*refused, return_exceptions=True), 10)
    with pytest.raises(Unavailable):
        await store.head()
    await server.restart()

    assert {type(r) for r in results} == {Unavailable}
    assert (await store.append(write(draft(uuid4())))).position == 2


async def test_closing_writes_what_is_queued_and_then_refuses(
    database: str, other: PostgresStore
) -> None:
    async with PostgresStore.open(database, source="intake") as store:
        queued = [asyncio.create_task(store.append(write(draft(uuid4())))) for _ in range(300)]
        await asyncio.sleep(0)

    assert len(await asyncio.gather(*queued)) == 300
    with pytest.raises(Unavailable):
        await store.append(write(draft(uuid4())))
    assert (await other.head()).position == 300


async def test_callers_that_go_away_leave_no_connection_behind(
    store: PostgresStore, admin: asyncpg.Connection
) -> None:
    async def impatient(number: int) -> None:
        async with asyncio.timeout(number % 20 / 1000):
            await store.history(uuid4())
            await store.append(write(draft(uuid4())))

    await asyncio.gather(*(impatient(n) for n in range(200)), return_exceptions=True)
    await store.append(write(draft(uuid4())))

    log = await store.after(0, 1000)
    async with asyncio.timeout(STATEMENT_SECONDS - 1):
        while await admin.fetchval(SESSIONS) > 8 + 2 + 1:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
    assert [r.position for r in log] == list(range(1, len(log) + 1))


async def test_other_processes_hear_of_an_append(
    store: PostgresStore, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = asyncio.Event()
    monkeypatch.setattr(other._bell, "ring", heard.set)

    async with asyncio.timeout(10):
        while not heard.is_set():
            await store.append(write(draft(uuid4())))
            await asyncio.sleep(0.01)


async def test_what_arrives_during_an_erasure_is_not_kept(
    store: PostgresStore, other: PostgresStore
) -> None:
    persons = [uuid4() for _ in range(40)]

    async def put(person: UUID) -> None:
        sealed = Sealed(
            person=person,
            record=uuid4(),
            field="name",
            ciphertext=b"x",
            key_id=uuid4(),
            wrapped_key=b"k",
        )
        await store.append(WriteSet(vault=[sealed]))

    both = [work for p in persons for work in (put(p), other.erase(p))]
    results = await asyncio.gather(*both, return_exceptions=True)

    assert {type(r) for r in results} <= {type(None), Erased}
    rows = "select count(*) from {} where person = any($1)"
    assert await store.pool.fetchval(rows.format("vault_fields"), persons) == 0
    keys = "select count(key_id) from vault_keys where person = any($1)"
    assert await store.pool.fetchval(keys, persons) == 0
