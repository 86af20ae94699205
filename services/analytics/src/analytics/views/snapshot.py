"""Reading views: everything that one answer says holds at one position of the log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import asyncpg
from sqlalchemy import text
from sqlalchemy.sql import ClauseElement

from events import sql
from events.following import ViewTables, wait_for
from events.pooled import pooled
from events.sql import Row
from events.store import Unavailable
from events.views import View
from kit.parts import part

WAIT_SECONDS = 2.0
_POSITION = text("select position from views where name = :name and version = :version")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a view held when it had read the log up to `position`."""

    position: int
    connection: asyncpg.Connection

    async def fetch(self, statement: ClauseElement) -> list[Row]:
        return await sql.fetch(self.connection, statement)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The views of this service, in its database."""

    pool: asyncpg.Pool
    tables: ViewTables

    @asynccontextmanager
    async def of(self, view: View, min_position: int) -> AsyncIterator[Snapshot]:
        """Waits a moment for the view to have seen a position; raises Unavailable if it has not."""
        if not await wait_for(self.tables, view, min_position, WAIT_SECONDS):
            raise Unavailable("the view has not seen this position yet")
        async with pooled(self.pool) as connection, _standing_still(connection, view):
            place = _POSITION.bindparams(name=view.name, version=view.version)
            [checkpoint] = await sql.fetch(connection, place)
            yield Snapshot(checkpoint["position"], connection)


TheSnapshots = Annotated[Snapshots, part(Snapshots)]


@asynccontextmanager
async def _standing_still(connection: asyncpg.Connection, view: View) -> AsyncIterator[None]:
    """Locks the table before the first look, so that no rebuilt one takes its place in between."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(f"lock table {view.table} in access share mode")
        yield
