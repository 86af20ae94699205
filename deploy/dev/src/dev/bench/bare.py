"""The base of all ratios: one-row inserts through asyncpg, which promise a reader nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import orjson

from dev.bench.load import Operation, Sample, drive
from dev.bench.payload import CALLERS, PAYLOAD
from dev.bench.rounds import Round

TABLE = """create table if not exists bare
    (id bigint generated always as identity primary key, payload jsonb not null)"""
INSERT = "insert into bare (payload) values ($1)"


async def prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLE)
    finally:
        await connection.close()


@asynccontextmanager
async def pooled(url: str) -> AsyncIterator[Round]:
    """As it is usually done: each insert takes a connection from the pool and gives it back."""
    async with asyncpg.create_pool(url, min_size=CALLERS, max_size=CALLERS) as pool:

        async def insert() -> None:
            async with pool.acquire() as connection:
                await connection.execute(INSERT, orjson.dumps(PAYLOAD).decode())

        yield _round([insert] * CALLERS)


@asynccontextmanager
async def held(url: str) -> AsyncIterator[Round]:
    """The most that the driver gives: each caller keeps a connection and a prepared statement."""
    async with asyncpg.create_pool(url, min_size=CALLERS, max_size=CALLERS) as pool:
        kept = [await pool.acquire() for _ in range(CALLERS)]
        statements = [await connection.prepare(INSERT) for connection in kept]
        yield _round([_inserting(statement) for statement in statements])
        for connection in kept:
            await pool.release(connection)


def _inserting(statement: asyncpg.prepared_stmt.PreparedStatement) -> Operation:
    async def insert() -> None:
        await statement.fetch(orjson.dumps(PAYLOAD).decode())

    return insert


def _round(callers: list[Operation]) -> Round:
    rows = 0

    async def run(seconds: float) -> Sample:
        nonlocal rows
        sample = await drive(callers, seconds)
        rows += sample.operations
        return replace(sample, acknowledged={"bare": rows})

    return run
