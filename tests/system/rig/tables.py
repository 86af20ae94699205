"""Looks into the databases of the services, behind their backs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from rig.world import World


@asynccontextmanager
async def connected(world: World, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(world.database(service))
    try:
        yield connection
    finally:
        await connection.close()


async def rows(world: World, service: str, query: str, *values: object) -> list[Any]:
    async with connected(world, service) as connection:
        found: list[Any] = await connection.fetch(query, *values)
    return found


async def value(world: World, service: str, query: str, *values: object) -> Any:  # noqa: ANN401
    async with connected(world, service) as connection:
        return await connection.fetchval(query, *values)


async def as_administrator(world: World, query: str) -> Any:  # noqa: ANN401
    """A query to the server itself, which is ours."""
    server = world.stack.servers.databases.server
    assert server is not None
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def tables(connection: asyncpg.Connection) -> list[str]:
    query = "select tablename from pg_tables where schemaname = 'public' order by 1"
    return [row["tablename"] for row in await connection.fetch(query)]
