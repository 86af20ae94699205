"""A connection of the pool for a moment; all its troubles become those that the store speaks of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from events.connection import TROUBLE, meaning
from events.patience import patiently

ACQUIRE_SECONDS = 2


@asynccontextmanager
async def pooled(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    try:
        with patiently():
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                yield connection
    except TROUBLE as error:
        raise meaning(error) from error


@asynccontextmanager
async def transaction(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    async with pooled(pool) as connection, connection.transaction():
        yield connection
