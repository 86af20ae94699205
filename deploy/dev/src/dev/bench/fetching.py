"""Questions to a database, each on a connection of its own."""

import asyncpg


async def fetched(url: str, query: str, *given: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, *given))
    finally:
        await connection.close()


async def views_of(url: str) -> list[str]:
    """The names of the views that a service keeps there."""
    return [name for [name] in await fetched(url, "select distinct name from views order by name")]
