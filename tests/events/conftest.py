"""A PostgreSQL server for the session, with a migrated database that each test finds empty."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from dev.postgres import Server, postgres
from events.memory import MemoryStore
from events.migrate import upgrade
from events.postgres import PostgresStore
from events.schema import METADATA
from events.store import Store

EMPTY = ["truncate " + ", ".join(METADATA.tables), "insert into log_head values (1, 0, 'epoch')"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    with asyncio.Runner() as runner:
        running = postgres(folder, durable=False)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        url = runner.run(server.create_database("a_service"))
        patch.syspath_prepend(Path(__file__).parent)
        upgrade(url, "a_service")
    return url


@pytest.fixture
def database(migrated: str) -> str:
    async def empty() -> None:
        connection = await asyncpg.connect(migrated)
        await connection.execute(";".join(EMPTY))
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(empty())
    return migrated


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
