"""A reader that goes along with the log of each service and remembers what it was given, for R4."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import asyncpg

from events.connection import TROUBLE, connect, read_plain_uuids
from rig.rest import heads
from rig.world import World, eventually

SHORTEST_SECONDS, LONGEST_SECONDS = 0.05, 0.2
PAGE = 10_000
NAME = {"application_name": "reader"}
_NEXT = "select position, id from events where position > $1 order by position limit $2"


@asynccontextmanager
async def reading_along(world: World) -> AsyncIterator[None]:
    """Fills `world.seen` meanwhile; outages hold it up, and it goes on from its last."""
    for service in world.stack.ports:
        world.seen.setdefault(service, [])
    tasks = [
        asyncio.create_task(follow(world.database(service), world.seen[service]))
        for service in world.stack.ports
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def caught_up(world: World) -> None:
    """Waits until the readers have been given all that is there now."""
    ends = await heads(world)

    def there() -> bool:
        return all(_last(world.seen[service]) >= end for service, end in ends.items())

    await eventually(there, "the readers do not get to the end of the logs")


async def follow(url: str, seen: list[tuple[int, UUID]]) -> None:
    """Goes on from the last that it was given, through outages too."""
    while True:
        with suppress(*TROUBLE):
            async with _connected(url) as connection:
                while True:
                    rows = await connection.fetch(_NEXT, _last(seen), PAGE)
                    seen += [(row["position"], row["id"]) for row in rows]
                    await _pause()
        await _pause()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(url, NAME)
    try:
        await read_plain_uuids(connection)
        yield connection
    finally:
        connection.terminate()


def _last(seen: list[tuple[int, UUID]]) -> int:
    return seen[-1][0] if seen else 0


async def _pause() -> None:
    await asyncio.sleep(random.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))  # noqa: S311 - spreads
