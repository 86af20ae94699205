"""A process that appends beside others; now and then a set of its is one that cannot be stored.

Such a set takes the whole call with it, after it had its positions. At the end it says what was
stored, and how many calls were rolled back.
"""

import asyncio
import random
import sys
from contextlib import suppress
from uuid import uuid4

import orjson
from structlog.testing import capture_logs

from events.postgres import PostgresStore
from events.store import Unwritable
from events.testing import draft, write

EVENTS = 5
SHARE = 0.02
"""Of sets; one of them rolls two calls back, its batch's and its own."""


async def run(url: str, callers: int, appends: int, chance: random.Random) -> dict[str, int]:
    async with PostgresStore.open(url, source="intake") as store:

        async def caller() -> tuple[str, int]:
            stream, version = uuid4(), 0
            while version < appends * EVENTS:
                if chance.random() < SHARE:
                    same = uuid4()
                    with suppress(Unwritable):
                        await store.append(write(draft(stream, id=same), draft(uuid4(), id=same)))
                await store.append(write(*(draft(stream) for _ in range(EVENTS)), expected=version))
                version += EVENTS
            return str(stream), version

        return dict(await asyncio.gather(*(caller() for _ in range(callers))))


with capture_logs() as logs:
    stored = asyncio.run(
        run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), random.Random(sys.argv[4]))  # noqa: S311
    )
rolled_back = sum(line["event"] == "appender.failed" for line in logs)
sys.stdout.buffer.write(orjson.dumps({"stored": stored, "rolled_back": rolled_back}))
