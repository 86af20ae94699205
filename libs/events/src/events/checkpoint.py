"""How far the relay has published: moved by the one that leads, by compare-and-set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import asyncpg

from events.store import Unavailable

CONNECT_SECONDS = 5
_ADVANCE = """update relay set position = $3
    where position = $1 and xmin::text = $2 returning xmin::text as write"""
_LOCK = "pg_try_advisory_lock(hashtext('leidraad.relay'))"


class Lead(Protocol):
    """Held by one relay of a service at a time; a call fails when it is lost."""

    async def position(self) -> int: ...

    async def advance(self, published: int, to: int) -> bool:
        """False if the checkpoint is not where it was thought to be.

        Or if it was moved back since this lead read or moved it last, be it to where it was: what
        was sent meanwhile is to be sent again.
        """
        ...


class Checkpoint(Protocol):
    def lead(self) -> AbstractAsyncContextManager[Lead | None]:
        """The lead, or None while another process has it."""
        ...

    async def rewind(self, position: int) -> int:
        """Moves the checkpoint back to a position, never forward; says where it is now."""
        ...


class MemoryCheckpoint:
    """The in-memory twin."""

    def __init__(self) -> None:
        self.at = 0
        self.rewinds = 0
        self._lead: MemoryLead | None = None

    @asynccontextmanager
    async def lead(self) -> AsyncIterator["MemoryLead | None"]:
        if self._lead is not None:
            yield None
            return
        mine = self._lead = MemoryLead(self)
        try:
            yield mine
        finally:
            if self._lead is mine:
                self.end_session()

    def end_session(self) -> None:
        """Takes the lead from whoever has it, as a server does that ends the session."""
        self._lead = None

    def holds(self, lead: "MemoryLead") -> bool:
        return self._lead is lead

    async def rewind(self, position: int) -> int:
        self.at = min(self.at, position)
        self.rewinds += 1
        return self.at


class MemoryLead:
    def __init__(self, checkpoint: MemoryCheckpoint) -> None:
        self._checkpoint = checkpoint
        self._rewinds = checkpoint.rewinds

    async def position(self) -> int:
        await self._arrive()
        self._rewinds = self._checkpoint.rewinds
        return self._checkpoint.at

    async def advance(self, published: int, to: int) -> bool:
        await self._arrive()
        if (self._checkpoint.at, self._checkpoint.rewinds) != (published, self._rewinds):
            return False
        self._checkpoint.at = to
        return True

    async def _arrive(self) -> None:
        await asyncio.sleep(0)
        if not self._checkpoint.holds(self):
            raise Unavailable("the lead is lost")


class PostgresCheckpoint:
    """A row of the service's database; the lead is a session lock on a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    @asynccontextmanager
    async def lead(self) -> AsyncIterator["PostgresLead | None"]:
        async with self._connected() as connection:
            led = await connection.fetchval(f"select {_LOCK}")
            yield PostgresLead(connection) if led else None

    async def rewind(self, position: int) -> int:
        async with self._connected() as connection:
            moved = await connection.fetchval(
                "update relay set position = least(position, $1) returning position", position
            )
        return int(moved)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            connection = await asyncpg.connect(
                self._dsn, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise Unavailable("the database does not answer") from error
        try:
            yield connection
        finally:
            connection.terminate()


class PostgresLead:
    """Works on the connection that holds the lock, so that who lost it cannot move anything.

    `xmin` names the write that made the row what it is, also one that left the position as it was.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._write = ""

    async def position(self) -> int:
        row = await self._ask("select position, xmin::text as write from relay")
        self._write = row["write"] if row else ""
        return row["position"] if row else 0

    async def advance(self, published: int, to: int) -> bool:
        row = await self._ask(_ADVANCE, published, self._write, to)
        self._write = row["write"] if row else self._write
        return row is not None

    async def _ask(self, query: str, *values: object) -> asyncpg.Record | None:
        try:
            return await self._connection.fetchrow(query, *values)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable("the lead is lost") from error
