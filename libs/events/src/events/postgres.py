"""The log of a service in PostgreSQL: appends by a batching appender, reads through a pool."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

import asyncpg
from prometheus_client import Counter

from events import reading
from events.announcer import Announcer
from events.appender import Appender, to_server
from events.batch import Refusal, Refused
from events.connection import ANSWER_SECONDS, CONNECT_SECONDS, LIMITS, read_plain_uuids
from events.pooled import pooled, transaction
from events.store import (
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Appended,
    DataKey,
    Erased,
    Json,
    Recorded,
    RequestKey,
    Sealed,
    Unavailable,
    Unwritable,
    VersionConflict,
    WriteSet,
)
from events.waking import Bell, Turns

CONFLICTS = Counter(
    "leidraad_append_conflicts", "Write sets refused because a stream had moved", ["service"]
)
READERS = 8
CLOSE_SECONDS = 5
PLANS = {"plan_cache_mode": "force_custom_plan", "jit": "off", "random_page_cost": "1.1"}
"""Of a plan for any value nobody knows what it costs, such as a list of those few that one sees.

Pages lie in memory or on flash; to compile a plan takes longer than most of them do.
"""


class PostgresStore:
    """`pool` also serves other reads and writes of the same database."""

    def __init__(self, source: str, pool: asyncpg.Pool, appender: Appender, bell: Bell) -> None:
        self.source = source
        self.pool = pool
        self._appender = appender
        self._bell = bell
        self._turns = Turns()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, source: str) -> AsyncIterator[Self]:
        """Connects when first used, and anew after a loss; closing writes what is queued."""
        bell = Bell()
        announcer = Announcer(url, bell)

        def committed() -> None:
            bell.ring()
            announcer.announce()

        appender = Appender(partial(to_server, url), committed)
        async with _pool(url) as pool, announcer.running(), appender.running():
            yield cls(source, pool, appender, bell)

    async def append(self, write: WriteSet) -> Appended:
        try:
            outcome = await self._appender.append(write)
        except Unwritable:
            if stored := await self._stored(write):
                return stored
            raise
        return await self._refuse(write, outcome) if isinstance(outcome, Refused) else outcome

    async def history(self, key: UUID) -> list[Recorded[Json]]:
        async with pooled(self.pool) as reader:
            rows = await reader.fetch(reading.HISTORY, key)
        return [reading.recorded(self.source, row) for row in rows]

    async def after(self, position: int, limit: int) -> list[Recorded[Json]]:
        async with pooled(self.pool) as reader:
            rows = await reader.fetch(reading.AFTER, position, limit)
        return [reading.recorded(self.source, row) for row in rows]

    async def head(self) -> Appended:
        async with pooled(self.pool) as reader:
            return Appended(*await reader.fetchrow(reading.HEAD))

    async def position_at(self, known_at: datetime) -> int:
        async with pooled(self.pool) as reader:
            return await reader.fetchval(reading.POSITION_AT, known_at) or 0

    async def answer(self, request: RequestKey) -> Answer | None:
        async with pooled(self.pool) as reader:
            row = await reader.fetchrow(reading.ANSWER, request.subject, request.route, request.key)
        return reading.answer(row) if row else None

    async def handled(self, message: tuple[str, UUID]) -> bool:
        async with pooled(self.pool) as reader:
            return bool(await reader.fetchval(reading.HANDLED, *message))

    async def data_key(self, person: UUID) -> DataKey | None:
        async with pooled(self.pool) as reader:
            row = await reader.fetchrow(reading.DATA_KEY, person)
        return _key(person, row) if row else None

    async def keep_key(self, person: UUID, key: DataKey) -> DataKey:
        async with pooled(self.pool) as writer:
            row = await writer.fetchrow(reading.KEEP_KEY, person, key.id, key.wrapped)
        return _key(person, row)

    async def sealed(self, person: UUID, record: UUID | None = None) -> list[Sealed]:
        async with pooled(self.pool) as reader:
            rows = await reader.fetch(reading.SEALED, person, record)
        if not rows:
            await self.data_key(person)
        return [reading.sealed(row) for row in rows]

    async def alike(self, person: UUID) -> list[UUID]:
        async with pooled(self.pool) as reader:
            rows = await reader.fetch(reading.ALIKE, person)
        return [row["person"] for row in rows]

    async def erase(self, person: UUID) -> None:
        async with transaction(self.pool) as connection:
            await connection.execute(reading.ERASE_KEY, person)
            await connection.execute(reading.ERASE_FIELDS, person)

    def turn(self, key: UUID) -> AbstractAsyncContextManager[None]:
        return self._turns.turn(key)

    def appended(self) -> AsyncIterator[None]:
        return self._bell.rings()

    async def _refuse(self, write: WriteSet, refused: Refused) -> Appended:
        """A refusal because of the same set, committed before, is no refusal."""
        lost = refused.why in (Refusal.ANSWERED, Refusal.MOVED)
        if lost and (stored := await self._stored(write)):
            return stored
        match refused:
            case Refused(Refusal.ANSWERED):
                raise await self._answered(write)
            case Refused(Refusal.MOVED, UUID() as stream):
                CONFLICTS.labels(self.source).inc()
                raise VersionConflict(stream)
            case Refused(Refusal.ERASED, UUID() as person):
                raise Erased(person)
            case _:
                raise AlreadyDone

    async def _answered(self, write: WriteSet) -> AlreadyAnswered | Unavailable:
        answer = await self.answer(write.request[0]) if write.request else None
        return AlreadyAnswered(answer) if answer else Unavailable("the answer expired just now")

    async def _stored(self, write: WriteSet) -> Appended | None:
        if not write.events:
            return None
        async with pooled(self.pool) as reader:
            row = await reader.fetchrow(reading.STORED, write.events[-1].id)
        return Appended(*row) if row else None


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=READERS,
        timeout=CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        server_settings={**LIMITS, **PLANS},
        init=read_plain_uuids,
        reset=_reset,
    )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def _key(person: UUID, row: asyncpg.Record) -> DataKey:
    if row["key_id"] is None:
        raise Erased(person)
    return DataKey(*row)


async def _reset(connection: asyncpg.Connection) -> None:
    """Only what was left open: the driver's own reset costs each read a second round trip."""
    if connection.is_in_transaction():
        await connection.reset()
