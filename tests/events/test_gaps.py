"""Where one transaction in ten is rolled back, positions have no gap, and readers miss nothing."""

import asyncio
import sys
from collections import Counter
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from events.postgres import PostgresStore
from events.store import Json
from rig.size import sized

CLUMSY = Path(__file__).parent / "programs" / "clumsy.py"
WRITERS, CALLERS, EVENTS = 4, 8, 5
APPENDS = sized(50_000, 1_000_000) // (WRITERS * CALLERS * EVENTS)
SECONDS = sized(300, 1800)
PAGE = 1000

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(SECONDS + 20)]


class Reader:
    """Reads on from a position, page by page, and remembers what it saw."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._seen = sha256()
        self._recorded_at: datetime | None = None
        self.position = 0
        self.versions: Counter[UUID] = Counter()

    async def read(self) -> int:
        events = await self._store.after(self.position, PAGE)
        for event in events:
            assert event.position == self.position + 1
            assert self._recorded_at is None or event.recorded_at > self._recorded_at
            assert event.version == self.versions[event.stream] + 1
            self._seen.update(event.id.bytes)
            self.position, self._recorded_at = event.position, event.recorded_at
            self.versions[event.stream] += 1
        return len(events)

    @property
    def seen(self) -> bytes:
        return self._seen.digest()


async def test_rolled_back_transactions_leave_no_gap_and_a_reader_misses_nothing(
    database: str,
) -> None:
    async with PostgresStore.open(database, source="intake") as store, asyncio.timeout(SECONDS):
        reader, again = Reader(store), Reader(store)
        writers = [asyncio.create_task(_writer(database, number)) for number in range(WRITERS)]
        while not all(writer.done() for writer in writers):
            if not await reader.read():
                await asyncio.sleep(0.001)
        told = [await writer for writer in writers]
        for each in (reader, again):
            while await each.read():
                pass
        head = (await store.head()).position
        committed = await store.pool.fetchval("select count(distinct xmin::text) from events")

    stored = {UUID(stream): n for one in told for stream, n in one["stored"].items()}
    rolled_back = sum(one["rolled_back"] for one in told)
    assert reader.versions == stored
    assert sum(stored.values()) == head == reader.position == WRITERS * CALLERS * EVENTS * APPENDS
    assert reader.seen == again.seen
    assert rolled_back >= 0.1 * (rolled_back + committed)


async def _writer(url: str, number: int) -> Json:
    asked = [url, str(CALLERS), str(APPENDS), str(number)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CLUMSY), *asked, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    told: Json = orjson.loads(printed)
    return told
