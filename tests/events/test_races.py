"""Two processes at the same place: a lock held in another session makes each race happen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from events.postgres import PostgresStore
from events.store import (
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Appended,
    RequestKey,
    Sealed,
    VersionConflict,
    Work,
    WriteSet,
)
from events.testing import METADATA, draft, write

pytestmark = pytest.mark.system

REQUEST = RequestKey(subject="s", route="r", key="k")
ANSWER = Answer(status=201, location="/", version=1, position=0, body_hash=b"hash")
_WAITING = "select count(distinct pid) from pg_locks where not granted"
_STORED = """insert into events
    (position, id, key, stream, version, type, data, occurred_precision, recorded_at, metadata)
    values ($1, $2, $3, $3, 1, '', '{}', 'unknown', now(), '{}')"""


@pytest.fixture
async def one(database: str) -> AsyncIterator[PostgresStore]:
    """The store of one process."""
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


class Begun:
    """Calls that have begun and wait for a lock, each after the one before."""

    def __init__(self, admin: asyncpg.Connection, logs: list[EventDict]) -> None:
        self._admin = admin
        self._logs = logs
        self._calls: list[asyncio.Future[Any]] = []

    async def begin(self, call: Awaitable[Any]) -> None:
        """Comes back when the call waits for a lock; one that ended instead does not wait."""
        self._calls.append(asyncio.ensure_future(call))
        async with asyncio.timeout(5):
            while await self._admin.fetchval(_WAITING) < len(self._calls):
                if self._calls[-1].done():
                    return
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def halted(self) -> AsyncIterator[None]:
        """Appends that begin here come as far as the counter, and go on at the end."""
        async with self._admin.transaction():
            await self._admin.execute("select * from log_head for update")
            yield

    async def results(self) -> list[Any]:
        """Who is later waits and learns the truth: no call breaks on what another one wrote."""
        results = await asyncio.gather(*self._calls, return_exceptions=True)
        assert [line for line in self._logs if line["event"] == "appender.failed"] == []
        return results


@pytest.fixture
def begun(admin: asyncpg.Connection) -> Iterator[Begun]:
    with capture_logs() as logs:
        yield Begun(admin, logs)


async def test_nobody_sees_a_position_before_all_that_come_before_it(
    one: PostgresStore, other: PostgresStore, begun: Begun, admin: asyncpg.Connection
) -> None:
    """The first has its position and waits to write; the second comes after it or not at all."""
    late = uuid4()
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(_STORED, 1000, late, uuid4())

    await begun.begin(one.append(write(draft(uuid4(), id=late))))
    await begun.begin(other.append(write(draft(uuid4()))))
    seen = await other.after(0, 10)
    await transaction.rollback()

    assert seen == []
    assert [appended.position for appended in await begun.results()] == [1, 2]
    assert [event.id for event in await one.after(0, 1)] == [late]


@pytest.mark.parametrize("version", [0, 1])
async def test_of_two_processes_that_decided_on_one_version_one_wins(
    one: PostgresStore, other: PostgresStore, begun: Begun, version: int
) -> None:
    stream = uuid4()
    if version:
        await one.append(write(draft(stream), expected=0))
    async with begun.halted():
        for store in (one, other):
            await begun.begin(store.append(write(draft(stream), expected=version)))

    assert [type(r) for r in await begun.results()] == [Appended, VersionConflict]
    assert (await one.history(stream))[-1].version == version + 1


async def test_a_stream_that_another_process_moves_meanwhile_was_not_only_read(
    one: PostgresStore, other: PostgresStore, begun: Begun
) -> None:
    read, written = uuid4(), uuid4()
    await one.append(write(draft(read)))
    async with begun.halted():
        await begun.begin(one.append(write(draft(read))))
        await begun.begin(
            other.append(WriteSet(events=[draft(written)], expected={written: 0, read: 1}))
        )

    assert [type(r) for r in await begun.results()] == [Appended, VersionConflict]
    assert await one.history(written) == []


async def test_of_two_processes_that_write_to_one_stream_each_has_its_version(
    one: PostgresStore, other: PostgresStore, begun: Begun
) -> None:
    stream = uuid4()
    await one.append(write(draft(stream)))
    async with begun.halted():
        for store in (one, other):
            await begun.begin(store.append(write(draft(stream))))

    assert [type(r) for r in await begun.results()] == [Appended, Appended]
    assert [event.version for event in await one.history(stream)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        pytest.param(WriteSet(message=("group", uuid4())), AlreadyDone, id="message"),
        pytest.param(WriteSet(request=(REQUEST, ANSWER)), AlreadyAnswered, id="request"),
    ],
)
async def test_what_two_processes_have_in_hand_has_one_effect(
    one: PostgresStore,
    other: PostgresStore,
    begun: Begun,
    beside: WriteSet,
    why: type[Exception],
) -> None:
    async with begun.halted():
        for store in (one, other):
            given = write(draft(uuid4()), request=beside.request, message=beside.message)
            await begun.begin(store.append(given))

    assert [type(r) for r in await begun.results()] == [Appended, why]
    assert (await one.head()).position == 1


async def test_work_that_two_processes_have_done_is_finished_once(
    one: PostgresStore, other: PostgresStore, begun: Begun
) -> None:
    item = Work(id=uuid4(), kind="mail", key=uuid4(), data={}, metadata=METADATA)
    await one.append(WriteSet(work=[item]))
    async with begun.halted():
        for store in (one, other):
            await begun.begin(store.append(write(draft(uuid4()), done=[item.id])))

    assert [type(r) for r in await begun.results()] == [Appended, AlreadyDone]
    assert (await one.head()).position == 1


async def test_what_is_being_sealed_when_its_person_is_erased_goes_too(
    one: PostgresStore, other: PostgresStore, begun: Begun, admin: asyncpg.Connection
) -> None:
    person, key = uuid4(), uuid4()
    await one.append(WriteSet(vault=[sealed(person, key)]))
    async with begun.halted():
        await begun.begin(one.append(write(draft(uuid4()), vault=[sealed(person, key)])))
        await begun.begin(other.erase(person))

    await begun.results()
    assert await admin.fetchval("select count(*) from vault_fields") == 0


async def test_of_two_keys_made_for_one_person_one_counts(
    one: PostgresStore, other: PostgresStore, begun: Begun, admin: asyncpg.Connection
) -> None:
    person = uuid4()
    async with begun.halted():
        for store in (one, other):
            await begun.begin(store.append(write(draft(uuid4()), vault=[sealed(person, uuid4())])))

    assert [type(r) for r in await begun.results()] == [Appended, VersionConflict]
    assert await admin.fetchval("select count(*) from vault_fields") == 1


def sealed(person: UUID, key: UUID) -> Sealed:
    return Sealed(
        person=person,
        record=uuid4(),
        field="name",
        ciphertext=b"x",
        key_id=key,
        wrapped_key=b"k",
    )
