"""Reading views: everything that one answer says holds at one position of the log."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast

import asyncpg
from sqlalchemy import TextClause, text
from sqlalchemy.sql import ClauseElement

from analytics.log import GROUP
from events import sql
from events.following import ViewTables
from events.pooled import pooled
from events.sql import Row
from events.views import View
from kit.lists import caught_up
from kit.parts import part

_POSITION = text("select position from views where name = :name and version = :version")
_PARKED = text("""select key from parked_in_views where name = :name and version = :version
    union select key from parked_keys where consumer = :group""").bindparams(group=GROUP)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a view held when it had read the log up to `position`.

    Of `parked` cases something was told that cannot be read: it has what came before, or nothing.
    """

    position: int
    parked: int
    connection: asyncpg.Connection

    async def fetch(self, statement: ClauseElement) -> list[Row]:
        return await sql.fetch(self.connection, statement)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The views of this service, in its database."""

    pool: asyncpg.Pool
    tables: ViewTables

    @asynccontextmanager
    async def of(self, min_position: int, *views: View) -> AsyncIterator[Snapshot]:
        """Waits a moment for views to have seen a position; a problem if they have not.

        Of several views, the position is what all of them have seen.
        """
        await caught_up(self.tables, min_position, *views)
        async with pooled(self.pool) as connection, _standing_still(connection, views):
            positions = [await _position(connection, view) for view in views]
            parked = {key for view in views for key in await _parked(connection, view)}
            yield Snapshot(min(positions), len(parked), connection)


TheSnapshots = Annotated[Snapshots, part(Snapshots)]


async def _position(connection: asyncpg.Connection, view: View) -> int:
    [checkpoint] = await sql.fetch(connection, _of(view, _POSITION))
    return cast("int", checkpoint["position"])


async def _parked(connection: asyncpg.Connection, view: View) -> list[object]:
    return [row["key"] for row in await sql.fetch(connection, _of(view, _PARKED))]


def _of(view: View, statement: TextClause) -> TextClause:
    return statement.bindparams(name=view.name, version=view.version)


@asynccontextmanager
async def _standing_still(
    connection: asyncpg.Connection, views: Sequence[View]
) -> AsyncIterator[None]:
    """Locks the tables before the first look, so that no rebuilt one takes a place in between."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for view in views:
            await connection.execute(f"lock table {view.table} in access share mode")
        yield
