"""A process that appends beside others; every second set of each caller is to be refused."""

import asyncio
import sys
from uuid import UUID, uuid4

from events.postgres import PostgresStore
from events.store import VersionConflict, WriteSet
from events.testing import draft, write


async def run(url: str, shared: UUID, callers: int, appends: int) -> None:
    async with PostgresStore.open(url, source="intake") as store:

        async def caller() -> None:
            stream = uuid4()
            for version in range(appends):
                await store.append(write(draft(stream), expected=version))
                moved = WriteSet(events=[draft(shared)], expected={shared: version, stream: 0})
                try:
                    await store.append(moved)
                except VersionConflict:
                    continue
                raise AssertionError("a conflict was not seen")

        await asyncio.gather(*(caller() for _ in range(callers)))


asyncio.run(run(sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
