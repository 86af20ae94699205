"""A view is made anew beside the live one, compared with it, and put in its place."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import MetaData, Table

from events import reading
from events.backoff import Backoff
from events.connection import TROUBLE, connect, meaning
from events.failures import code_of
from events.following import Folded, Folding
from events.history import as_told, straight
from events.store import Json, Recorded, Unavailable, Unwritable
from events.views import Decode, View, believed, believed_straight
from events.views_postgres import add, create_indexes, create_table, histories, park, types, write

log = structlog.get_logger()
SCHEMA = "rebuilding"
PAGE = 2000
ATTEMPTS = 30
LOOKS, LOOK_SECONDS = 20, 0.1
NOBODY = UUID(int=0)
UNLIMITED = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}

Put = Callable[[asyncpg.Connection, Table, Folded], Awaitable[None]]
"""Writes the rows of some keys into a table."""

_PAGE = """select * from events
    where (key, position) > ($1, $2) and position <= $3
        and ($4::text[] is null or type = any($4))
    order by key, position limit $5"""
_TOUCHED = """select distinct key from events
    where position > $1 and position <= $2 and ($3::text[] is null or type = any($3))"""
_HEAD = "select position from log_head"
_LIVE = "select position from views where (name, version) = ($1, $2)"
_HELD = f"{_LIVE} for update"
_ALL_FREE = "delete from parked_in_views where (name, version) = ($1, $2)"
_MOVED = "update views set position = $3 where (name, version) = ($1, $2)"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`differing` rows were in only one of the two; None if the live one was not as far."""

    position: int
    rows: int
    differing: int | None


async def rebuild(url: str, source: str, view: View, decode: Decode) -> Rebuilt:
    """Readers and the live view go on; only the switch makes them wait, a second at most."""
    async with _alone(url, view) as connection:
        made = _Rebuild(connection, source, view, decode)
        await made.begin()
        await made.walk()
        differing = await made.compare()
        return await made.switch(differing)


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
        self._place = view.name, view.version
        self._position = 0
        self._parked: dict[UUID, str] = {}

    async def begin(self) -> None:
        with suppress(asyncpg.UniqueViolationError):  # another view's rebuild has just made it
            await self._connection.execute(f"create schema if not exists {SCHEMA}")
        await self._connection.execute(f"drop table if exists {self._table}")
        await create_table(self._connection, self._table)
        self._position = await self._connection.fetchval(_HEAD)

    async def walk(self) -> None:
        """Indexes are made in the end, of all rows at once.

        If they refuse a row, all is read again with indexes that are there, which tell whose it is.
        Then the server finds out what is in the table, before anybody asks.
        """
        await self._fill()
        try:
            await self._index()
        except Unwritable as error:
            log.warning("rebuild.begins_again", view=self._view.table.name, reason=code_of(error))
            await self._connection.execute(f"truncate {self._table}")
            await self._index()
            await self._fill()
        await self._connection.execute(f"analyze {self._table}")

    async def _fill(self) -> None:
        """Key by key, so that memory holds one page of events and the rows that they make."""
        folded, size = Folded(), 0
        async for key, events in self._keys():
            size += self._fold(folded, key, events)
            if size >= PAGE:
                await self._put(folded, add)
                folded, size = Folded(), 0
        await self._put(folded, add)

    async def _index(self) -> None:
        try:
            await create_indexes(self._connection, self._table)
        except TROUBLE as error:
            raise meaning(error) from error

    def _fold(self, folded: Folded, key: UUID, events: Sequence[Recorded[Json]]) -> int:
        try:
            facts = as_told(map(self._decode, events))
            rows = believed_straight if straight(facts) else believed
            folded.rows[key] = rows(self._view, key, facts)
        except Exception as error:  # noqa: BLE001 - one key must not hold up the others
            folded.park(self._view, key, error)
        return 1 + len(folded.rows[key])

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
            await self._put(await folding.fold(known), write)
        self._position = until

    async def _put(self, folded: Folded, put: Put) -> None:
        """At once, or key by key if the table refuses the rows of some."""
        try:
            await self._try(folded, put)
        except Unwritable:
            for key in folded.rows.keys() - folded.parked.keys():
                try:
                    await self._try(Folded({key: folded.rows[key]}), put)
                except Unwritable as error:
                    folded.park(self._view, key, error)
            await self._try(Folded({key: [] for key in folded.parked}), put)
        for key in folded.rows:
            self._parked.pop(key, None)
        self._parked |= folded.parked

    async def _try(self, folded: Folded, put: Put) -> None:
        try:
            async with self._connection.transaction():
                await put(self._connection, self._table, folded)
        except TROUBLE as error:
            raise meaning(error) from error

    async def compare(self) -> int | None:
        """None if the live view is not as far, which it is given a moment for."""
        for _ in range(LOOKS):
            if await self._connection.fetchval(_LIVE, *self._place) >= self._position:
                break
            await asyncio.sleep(LOOK_SECONDS)
        return await self._compared()

    async def _compared(self) -> int | None:
        """One snapshot of both, so that the live view goes on."""
        async with self._connection.transaction(isolation="repeatable_read"):
            live = await self._connection.fetchval(_LIVE, *self._place)
            await self._catch_up(max(live, self._position))
            return await self._differing() if live == self._position else None

    async def switch(self, differing: int | None) -> Rebuilt:
        backoff, chance = Backoff(0.1, 2), random.Random()  # noqa: S311 - only spreads
        count = f"select count(*) from {self._view.table}"  # noqa: S608
        for attempt in range(1, ATTEMPTS + 1):
            await self._catch_up(max(await self._connection.fetchval(_HEAD), self._position))
            try:
                await self._switched()
                return Rebuilt(self._position, await self._connection.fetchval(count), differing)
            except asyncpg.LockNotAvailableError:
                log.info("rebuild.waits", view=self._view.table.name, attempt=attempt)
                await asyncio.sleep(backoff.delay(attempt, chance))
        raise Unavailable(f"{self._view.table.name} is always in use")

    async def _switched(self) -> None:
        """While the checkpoint is locked the live view stands still: nothing here takes long."""
        before = self._position, self._parked.copy()
        try:
            async with self._connection.transaction():
                live = await self._connection.fetchval(_HELD, *self._place)
                await self._catch_up(max(live, self._position))
                await self._put_in_place()
                await self._connection.execute(_MOVED, *self._place, self._position)
        except BaseException:
            self._position, self._parked = before
            raise

    async def _differing(self) -> int:
        """Rows are laid side by side only where their number or the sum of their hashes differs.

        The hash of a row is a weighted sum of those of its values, which is blind to values that
        two rows exchange: so it is hashed once more.
        """
        names = ", ".join(f'"{column.name}"' for column in self._table.columns)
        tables = self._view.table, self._table
        row = f"hash_record_extended(row({names}), 0)"
        hashed = f"sum(hashtextextended({row}::text, 0)::numeric)"
        totals = [
            await self._connection.fetchrow(f"select count(*), {hashed} from {table}")  # noqa: S608
            for table in tables
        ]
        if totals[0] == totals[1]:
            return 0
        old, new = (f"select {names} from {table}" for table in tables)  # noqa: S608
        return int(
            await self._connection.fetchval(
                f"select count(*) from (({old} except all {new}) union all"  # noqa: S608
                f" ({new} except all {old})) d"
            )
        )

    async def _put_in_place(self) -> None:
        live = self._view.table.name
        await self._connection.execute(_ALL_FREE, *self._place)
        await park(self._connection, self._view, self._position, Folded(parked=self._parked))
        await self._connection.execute("set local lock_timeout = '1s'")
        await self._connection.execute(f"drop table {live}")
        await self._connection.execute(f"alter table {self._table} set schema public")
