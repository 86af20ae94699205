"""The tables of views in PostgreSQL: made by `migrate`, written in bulk with their checkpoint."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import JSON, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from events import reading
from events.failures import code_of
from events.following import Folded, Histories
from events.pooled import pooled, transaction
from events.sql import ddl
from events.store import Unwritable
from events.views import Row, View

_HISTORIES = """select * from events
    where key = any($1) and position <= $2 and ($3::text[] is null or type = any($3))
    order by key, position"""
_MOVE = """update views set position = $4
    where (name, version, position) = ($1, $2, $3) returning position"""
_WHOLE = "select position >= whole_at from views where (name, version) = ($1, $2)"
_FRESH = """insert into views (name, version, whole_at)
    select $1, $2, position from log_head on conflict do nothing"""
_TOLD = """select 'n_distinct=-0.1' = any(attoptions) from pg_attribute
    where attrelid = to_regclass($1) and attname = 'key'"""
_THERE = "select to_regclass($1) is not null"
_PARKED = "select key from parked_in_views where (name, version) = ($1, $2)"
_PARK = """insert into parked_in_views (name, version, key, position, reason)
    select $1, $2, key, $3, reason from unnest($4::uuid[], $5::text[]) p (key, reason)
    on conflict (name, version, key) do update set reason = excluded.reason"""
_UNPARK = "delete from parked_in_views where (name, version) = ($1, $2) and key = any($3)"


class PostgresViews:
    """On the pool of the database that holds both the log and the views."""

    def __init__(self, source: str, pool: asyncpg.Pool) -> None:
        self._source = source
        self._pool = pool
        self._whole: set[tuple[str, int]] = set()

    async def create(self, views: Iterable[View]) -> None:
        """Makes what is missing; tables of other versions stay for who reads them."""
        async with transaction(self._pool) as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtext('views'))")
            for view in views:
                await _create(connection, view)

    async def position(self, view: View) -> int:
        query = "select position from views where (name, version) = ($1, $2)"
        async with pooled(self._pool) as connection:
            return await connection.fetchval(query, view.name, view.version) or 0

    async def whole(self, view: View) -> bool:
        place = view.name, view.version
        if place not in self._whole:
            async with pooled(self._pool) as connection:
                if await connection.fetchval(_WHOLE, *place):
                    self._whole.add(place)
        return place in self._whole

    async def histories(self, view: View, keys: Sequence[UUID], until: int) -> Histories:
        async with pooled(self._pool) as connection:
            return await histories(connection, self._source, view, keys, until)

    async def parked(self, view: View) -> Sequence[UUID]:
        async with pooled(self._pool) as connection:
            found = await connection.fetch(_PARKED, view.name, view.version)
        return [row["key"] for row in found]

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        async with transaction(self._pool) as connection:
            place = view.name, view.version
            if await connection.fetchval(_MOVE, *place, seen, until) is None:
                return False
            await write(connection, view.table, folded)
            await park(connection, view, until, folded)
        return True


async def histories(
    connection: asyncpg.Connection, source: str, view: View, keys: Sequence[UUID], until: int
) -> Histories:
    found = await connection.fetch(_HISTORIES, keys, until, types(view))
    events = [reading.recorded(source, row) for row in found]
    return {key: list(own) for key, own in groupby(events, attrgetter("key"))}


def types(view: View) -> list[str] | None:
    return None if view.types is None else sorted(view.types)


async def write(connection: asyncpg.Connection, table: Table, folded: Folded) -> None:
    """All rows of some keys anew; two statements, however many there are."""
    if not folded.rows:
        return
    await connection.execute(f"delete from {table} where key = any($1)", [*folded.rows])  # noqa: S608
    await add(connection, table, folded)


async def add(connection: asyncpg.Connection, table: Table, folded: Folded) -> None:
    """The rows of keys that have none yet."""
    await copy(connection, table, [row for own in folded.rows.values() for row in own])


async def park(connection: asyncpg.Connection, view: View, until: int, folded: Folded) -> None:
    """What of these keys is parked; it says since when, so a key that was parked stays as it is."""
    place = view.name, view.version
    if free := [*folded.rows.keys() - folded.parked.keys()]:
        await connection.execute(_UNPARK, *place, free)
    if parked := folded.parked:
        await connection.execute(_PARK, *place, until, [*parked], [*parked.values()])


async def copy(connection: asyncpg.Connection, table: Table, rows: Sequence[Row]) -> None:
    names = [column.name for column in table.columns]
    jsons = [column.name for column in table.columns if isinstance(column.type, JSON)]
    try:
        texts = (row | _texts(row, jsons) for row in rows) if jsons else rows
        records = [tuple(map(row.get, names)) for row in texts]
        await connection.copy_records_to_table(
            table.name, schema_name=table.schema, columns=names, records=records
        )
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Unwritable(code_of(error)) from error  # the driver could not encode a value


def _texts(row: Row, jsons: Iterable[str]) -> Row:
    """The columns that hold JSON, as the driver takes it."""
    return {n: orjson.dumps(row[n]).decode() for n in jsons if row.get(n) is not None}


async def _create(connection: asyncpg.Connection, view: View) -> None:
    await create_table(connection, view.table)
    await create_indexes(connection, view.table)
    await connection.execute(_FRESH, view.name, view.version)


async def create_table(connection: asyncpg.Connection, table: Table) -> None:
    """Makes it if it is missing, without its indexes.

    The rows of a key lie together, and a sample of pages would tell of far too few keys.
    """
    await connection.execute(ddl(CreateTable(table, if_not_exists=True)))
    if not await connection.fetchval(_TOLD, str(table)):
        await connection.execute(f"alter table {table} alter column key set (n_distinct = -0.1)")


async def create_indexes(connection: asyncpg.Connection, table: Table) -> None:
    """Makes those that are missing; even `if not exists` would wait for a vacuum of the table."""
    for index in table.indexes:
        if not await connection.fetchval(_THERE, f"{table.schema or 'public'}.{index.name}"):
            await connection.execute(ddl(CreateIndex(index)))
