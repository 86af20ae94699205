"""A migrated database is what the metadata say, and migrating twice or at once changes nothing."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from dev.postgres import Server
from events.migrate import VERSIONS, upgrade
from events.schema import METADATA

pytestmark = pytest.mark.system


@pytest.fixture
def empty(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    with asyncio.Runner() as runner:
        yield runner.run(server.create_database("empty"))
        runner.run(server.drop_database("empty"))


def differences(connection: Connection) -> list[object]:
    options = {
        "version_table": VERSIONS,
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_the_metadata_describe_a_migrated_database(empty: str) -> None:
    await asyncio.to_thread(upgrade, empty, "a_service")
    engine = create_async_engine(make_url(empty).set(drivername="postgresql+asyncpg"))

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


async def test_a_service_may_have_migrations_of_its_own(empty: str) -> None:
    await asyncio.to_thread(upgrade, empty, "a_service")
    engine = create_async_engine(make_url(empty).set(drivername="postgresql+asyncpg"))

    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()

    assert "its_own" in tables


async def test_migrating_twice_changes_nothing(empty: str) -> None:
    await asyncio.to_thread(upgrade, empty, "a_service")
    await asyncio.to_thread(upgrade, empty, "a_service")


async def test_two_processes_that_migrate_at_once_both_succeed(empty: str) -> None:
    code = f"from events.migrate import upgrade; upgrade({empty!r}, 'a_service')"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", code]

    both = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(2)]

    assert [await process.wait() for process in both] == [0, 0]
