"""A question to a database, on a connection of its own."""

import asyncpg


async def fetched(url: str, query: str, *given: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, *given))
    finally:
        await connection.close()
