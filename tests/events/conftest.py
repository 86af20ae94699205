"""Servers for the session: PostgreSQL with a migrated database for each test, and Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from dev.kafka import Broker, kafka
from dev.postgres import Server, postgres
from events.memory import MemoryStore
from events.migrate import upgrade
from events.postgres import PostgresStore
from events.store import Store


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    with asyncio.Runner() as runner:
        running = postgres(folder, durable=False)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The address of a migrated database that nobody writes to."""
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        url = runner.run(server.create_database("a_service"))
        patch.syspath_prepend(Path(__file__).parent)
        upgrade(url, "a_service")
    return url


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    """The address of a database of one test."""

    async def administer(statement: str) -> None:
        connection = await asyncpg.connect(server.url())
        await connection.execute(statement)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(administer("create database one_test template a_service owner a_service"))
        yield template.removesuffix("a_service") + "one_test"
        runner.run(administer("drop database one_test with (force)"))


@pytest.fixture
def killed() -> Callable[[asyncpg.Connection], Awaitable[None]]:
    """Kills the session that waits for a lock, as soon as there is one."""

    async def kill(admin: asyncpg.Connection) -> None:
        for _ in range(1000):
            if await admin.fetchval(
                "select pg_terminate_backend(pid) from pg_locks where not granted"
            ):
                return
            await asyncio.sleep(0.01)
        pytest.fail("nobody waits for a lock")

    return kill


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder: Path = tmp_path_factory.mktemp("kafka")
    with asyncio.Runner() as runner:
        running = kafka(folder)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.system)])
def kind(request: pytest.FixtureRequest) -> str | None:
    """The address of the database of the store under test; None for the one in memory."""
    return request.getfixturevalue("database") if request.param == "postgres" else None


@pytest.fixture
async def store(kind: str | None) -> AsyncIterator[Store]:
    if kind is None:
        yield MemoryStore("intake")
    else:
        async with PostgresStore.open(kind, source="intake") as opened:
            yield opened
