"""A view is made anew beside the live one, compared with it, and put in its place."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import MetaData

from events import reading
from events.backoff import Backoff
from events.connection import connect
from events.following import Folding
from events.store import Json, Recorded, Unavailable
from events.views import Decode, Row, View, believed
from events.views_postgres import copy, create_table, histories, types, write

log = structlog.get_logger()
SCHEMA = "rebuilding"
PAGE = 2000
ATTEMPTS = 30
NOBODY = UUID(int=0)
UNLIMITED = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}

_PAGE = """select * from events
    where (key, position) > ($1, $2) and position <= $3
        and ($4::text[] is null or type = any($4))
    order by key, position limit $5"""
_TOUCHED = """select distinct key from events
    where position > $1 and position <= $2 and ($3::text[] is null or type = any($3))"""
_HEAD = "select position from log_head"
_LIVE = "select position from views where (name, version) = ($1, $2) for update"
_MOVED = "update views set position = $3 where (name, version) = ($1, $2)"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`differing` rows were in only one of the two; None if the live one was not as far."""

    position: int
    rows: int
    differing: int | None


async def rebuild(url: str, source: str, view: View, decode: Decode) -> Rebuilt:
    """Readers go on reading; only the moment of the switch makes them wait, a second at most."""
    async with _alone(url, view) as connection:
        made = _Rebuild(connection, source, view, decode)
        await made.begin()
        await made.walk()
        return await made.switch()


@asynccontextmanager
async def _alone(url: str, view: View) -> AsyncIterator[asyncpg.Connection]:
    """One rebuild of a view at a time; no limit on how long a statement takes."""
    connection = await connect(url, UNLIMITED, answer_seconds=None)
    try:
        name = f"rebuild {view.table.name}"
        if not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", name):
            raise Unavailable(f"somebody else rebuilds {view.table.name}")
        yield connection
    finally:
        connection.terminate()


class _Rebuild:
    def __init__(
        self, connection: asyncpg.Connection, source: str, view: View, decode: Decode
    ) -> None:
        self._connection = connection
        self._source = source
        self._view = view
        self._decode = decode
        self._table = view.table.to_metadata(MetaData(), schema=SCHEMA)
        self._position = 0

    async def begin(self) -> None:
        await self._connection.execute(f"create schema if not exists {SCHEMA}")
        await self._connection.execute(f"drop table if exists {self._table}")
        await create_table(self._connection, self._table)
        self._position = await self._connection.fetchval(_HEAD)

    async def walk(self) -> None:
        """Key by key, so that memory holds one page of events and the rows that they make."""
        rows: list[Row] = []
        async for key, events in self._keys():
            rows += believed(self._view, key, [self._decode(event) for event in events])
            if len(rows) >= PAGE:
                await copy(self._connection, self._table, rows)
                rows = []
        await copy(self._connection, self._table, rows)

    async def _keys(self) -> AsyncIterator[tuple[UUID, Sequence[Recorded[Json]]]]:
        waiting: list[Recorded[Json]] = []
        async for page in self._pages():
            for key, group in groupby(page, attrgetter("key")):
                if waiting and waiting[0].key != key:
                    yield waiting[0].key, waiting
                    waiting = []
                waiting += group
        if waiting:
            yield waiting[0].key, waiting

    async def _pages(self) -> AsyncIterator[list[Recorded[Json]]]:
        place = (NOBODY, 0)
        wanted = types(self._view)
        while found := await self._connection.fetch(_PAGE, *place, self._position, wanted, PAGE):
            yield [reading.recorded(self._source, row) for row in found]
            place = (found[-1]["key"], found[-1]["position"])

    async def _catch_up(self, until: int) -> None:
        touched = await self._connection.fetch(_TOUCHED, self._position, until, types(self._view))
        folding = Folding(view=self._view, decode=self._decode)
        for start in range(0, len(touched), PAGE // 20):
            keys = [row["key"] for row in touched[start : start + PAGE // 20]]
            known = await histories(self._connection, self._source, self._view, keys, until)
            await write(self._connection, self._table, await folding.rows(known))
        self._position = until

    async def switch(self) -> Rebuilt:
        backoff, chance = Backoff(0.1, 2), random.Random()  # noqa: S311 - only spreads
        for attempt in range(1, ATTEMPTS + 1):
            await self._catch_up(max(await self._connection.fetchval(_HEAD), self._position))
            try:
                return await self._switched()
            except asyncpg.LockNotAvailableError:
                log.info("rebuild.waits", view=self._view.table.name, attempt=attempt)
                await asyncio.sleep(backoff.delay(attempt, chance))
        raise Unavailable(f"{self._view.table.name} is always in use")

    async def _switched(self) -> Rebuilt:
        """While the checkpoint is locked the live view stands still, and so can be compared."""
        place = self._view.name, self._view.version
        before = self._position
        try:
            async with self._connection.transaction():
                live = await self._connection.fetchval(_LIVE, *place)
                await self._catch_up(max(live, self._position))
                differing = await self._differing() if live == self._position else None
                rows = await self._put_in_place()
                await self._connection.execute(_MOVED, *place, self._position)
        except BaseException:
            self._position = before
            raise
        return Rebuilt(self._position, rows, differing)

    async def _differing(self) -> int:
        names = ", ".join(f'"{column.name}"' for column in self._table.columns)
        old, new = (f"select {names} from {t}" for t in (self._view.table, self._table))  # noqa: S608
        return int(
            await self._connection.fetchval(
                f"select count(*) from (({old} except all {new}) union all"  # noqa: S608
                f" ({new} except all {old})) d"
            )
        )

    async def _put_in_place(self) -> int:
        live = self._view.table.name
        rows = await self._connection.fetchval(f"select count(*) from {self._table}")  # noqa: S608
        await self._connection.execute("set local lock_timeout = '1s'")
        await self._connection.execute(f"drop table {live}")
        await self._connection.execute(f"alter table {self._table} set schema public")
        return int(rows)
