"""Our store: callers who each append one event at a time to a stream whose version they name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from uuid_utils.compat import uuid7

from dev.bench.load import Sample, drive
from dev.bench.payload import CALLERS, EVENTS_PER_STREAM, PAYLOAD
from dev.bench.rounds import Round
from events.occurrence import Occurred
from events.postgres import PostgresStore
from events.store import Draft, Metadata, Store, WriteSet


class Caller:
    """Fills one stream after another; each append names the version that it found."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: dict[str, int] = {}
        self._begin()

    def _begin(self) -> None:
        self._stream = uuid7()
        self._version = 0
        self._metadata = Metadata(actor="bench", role="case-manager", correlation_id=self._stream)

    async def append(self) -> None:
        try:
            await self._store.append(self._write())
        except BaseException:
            self._leave()
            raise
        self._version += 1
        if self._version == EVENTS_PER_STREAM:
            self._leave()

    def _leave(self) -> None:
        if self._version:
            self._told[str(self._stream)] = self._version
        self._begin()

    def _write(self) -> WriteSet:
        draft = Draft(
            id=uuid7(),
            key=self._stream,
            stream=self._stream,
            type="journal.note-added.v1",
            event=PAYLOAD,
            occurred=Occurred.instant(datetime.now(UTC)),
            metadata=self._metadata,
        )
        return WriteSet(events=[draft], expected={self._stream: self._version})

    def acknowledged(self) -> dict[str, int]:
        """How far the streams of this round came; the one begun goes on in the next."""
        begun = {str(self._stream): self._version} if self._version else {}
        told, self._told = self._told | begun, {}
        return told


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Round]:
    async with PostgresStore.open(url, source="bench") as store:
        callers = [Caller(store) for _ in range(CALLERS)]

        async def run(seconds: float) -> Sample:
            sample = await drive([caller.append for caller in callers], seconds)
            told = {k: n for caller in callers for k, n in caller.acknowledged().items()}
            return replace(sample, acknowledged=told)

        yield run
