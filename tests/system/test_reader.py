"""A reader that goes along with a log is given everything once, also when the server dies."""

import asyncio
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from dev.postgres import Server, postgres
from events.migrate import upgrade
from events.postgres import PostgresStore
from events.store import Unavailable, WriteSet
from events.testing import draft, numbered
from rig.reader import follow
from rig.world import eventually

pytestmark = pytest.mark.system
STREAM = numbered(1)
EVENTS = 20


async def test_a_reader_goes_on_from_its_last_event_after_an_outage(tmp_path: Path) -> None:
    seen: list[tuple[int, UUID]] = []
    async with postgres(tmp_path, durable=False) as server:
        url = await server.create_database("intake")
        await asyncio.to_thread(upgrade, url, "intake")
        reading = asyncio.create_task(follow(url, seen))

        async with PostgresStore.open(url, source="intake") as store:
            await _append(store, 0)
            await eventually(lambda: len(seen) == EVENTS, "the reader was given nothing")
            await _kill(server)
            await _append(store, EVENTS)
            await eventually(lambda: len(seen) == 2 * EVENTS, "the reader did not go on")
            log = await store.after(0, 3 * EVENTS)

        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    assert seen == [(event.position, event.id) for event in log]


async def _kill(server: Server) -> None:
    await server.process.kill()
    await server.restart()


async def _append(store: PostgresStore, version: int) -> None:
    """One by one, as long as it takes; what was stored already is a success."""
    for number in range(version, version + EVENTS):
        write = WriteSet(events=[draft(STREAM)], expected={STREAM: number})
        while True:
            with suppress(Unavailable):
                await store.append(write)
                break
            await asyncio.sleep(0.1)
