"""Our store: callers who each append one event at a time to a stream whose version they name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from dev.bench.load import Sample, drive
from dev.bench.payload import CALLERS, EVENTS_PER_STREAM, PAYLOAD
from dev.bench.rounds import Round
from events.occurrence import Occurred
from events.postgres import PostgresStore
from events.store import Draft, Metadata, Store, WriteSet


class Caller:
    """Fills one stream after another; `acknowledged` says how far each of them came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stream = uuid7()
        self.acknowledged: dict[str, int] = {}

    async def append(self) -> None:
        stream = str(self._stream)
        version = self.acknowledged.get(stream, 0)
        try:
            await self._store.append(one_event(self._stream, version))
        except BaseException:
            self._stream = uuid7()
            raise
        self.acknowledged[stream] = version + 1
        if version + 1 == EVENTS_PER_STREAM:
            self._stream = uuid7()

    def reported(self) -> dict[str, int]:
        """What was acknowledged since the last time; the stream begun stays known to its caller."""
        told, now = self.acknowledged, str(self._stream)
        self.acknowledged = {now: told[now]} if now in told else {}
        return told


def one_event(stream: UUID, version: int) -> WriteSet:
    draft = Draft(
        id=uuid7(),
        key=stream,
        stream=stream,
        type="journal.note-added.v1",
        event=PAYLOAD,
        occurred=Occurred.instant(datetime.now(UTC)),
        metadata=Metadata(actor="bench", role="case-manager", correlation_id=uuid4()),
    )
    return WriteSet(events=[draft], expected={stream: version})


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Round]:
    async with PostgresStore.open(url, source="bench") as store:
        callers = [Caller(store) for _ in range(CALLERS)]

        async def run(seconds: float) -> Sample:
            sample = await drive([caller.append for caller in callers], seconds)
            told = {k: n for caller in callers for k, n in caller.reported().items()}
            return replace(sample, acknowledged=told)

        yield run
