"""Brings a service's database up to date; forward only, one process at a time."""

import asyncio
import os
from importlib.resources import files
from typing import Any

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

VERSIONS = "schema_versions"
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('migrations'))")
_NO_LONG_LOCKS = text("set local lock_timeout = '5s'")


def upgrade(database_url: str, package: str) -> None:
    """Runs the migrations that all services share, and those in the service's `migrations`."""
    shared, own = files("events") / "migrations", files(package) / "migrations"
    folders = [shared / "versions", *([own] if own.is_dir() else [])]
    config = Config()
    config.set_main_option("script_location", str(shared))
    config.set_main_option("version_locations", os.pathsep.join(map(str, folders)))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = database_url
    command.upgrade(config, "heads")


def run() -> None:
    """What migrations/env.py calls."""
    asyncio.run(_run(context.config.attributes["url"]))


def execute(script: str) -> None:
    """Executes one of this library's own scripts/*.sql; called from a migration."""
    statements = (files("events") / "scripts" / script).read_text()
    connection: Any = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda asyncpg: asyncpg.execute(statements))


async def _run(database_url: str) -> None:
    engine = create_async_engine(make_url(database_url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.execute(_ONE_AT_A_TIME)
            await connection.execute(_NO_LONG_LOCKS)
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, version_table=VERSIONS)
    context.run_migrations()
