"""How far the relay has published: moved by the one that leads, by compare-and-set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol

import asyncpg

from events.connection import TROUBLE, connect
from events.marks import Reached, decoded, encoded
from events.store import Unavailable

IDLE_SECONDS = 30.0
SESSION = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
"""Who stands still for so long, or is cut off, does not keep the lead from the others."""

_READ = "select position, marks, xmin::text as write from relay"
_MOVE = """update relay set position = $3, marks = $4
    where position = $1 and xmin::text = $2 returning xmin::text as write"""
_REWIND = "update relay set position = least(position, $1) returning position"
_LOCK = "pg_try_advisory_lock(hashtext('leidraad.relay'))"


class Lead(Protocol):
    """Held by one relay of a service at a time; a call fails when it is lost."""

    async def reached(self) -> Reached: ...

    async def move(self, known: Reached, to: Reached) -> bool:
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
        """Moves the checkpoint back to a position, never forward; says where it is now.

        What the topic was seen to hold, it holds all the same.
        """
        ...


class MemoryCheckpoint:
    """The in-memory twin."""

    def __init__(self) -> None:
        self.reached = Reached()
        self.rewinds = 0
        self._lead: MemoryLead | None = None

    @property
    def at(self) -> int:
        return self.reached.position

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
        self.reached = replace(self.reached, position=min(self.at, position))
        self.rewinds += 1
        return self.at


class MemoryLead:
    def __init__(self, checkpoint: MemoryCheckpoint) -> None:
        self._checkpoint = checkpoint
        self._rewinds = checkpoint.rewinds

    async def reached(self) -> Reached:
        await self._arrive()
        self._rewinds = self._checkpoint.rewinds
        return self._checkpoint.reached

    async def move(self, known: Reached, to: Reached) -> bool:
        await self._arrive()
        there = (self._checkpoint.at, self._checkpoint.rewinds)
        if there != (known.position, self._rewinds):
            return False
        self._checkpoint.reached = to
        return True

    async def _arrive(self) -> None:
        await asyncio.sleep(0)
        if not self._checkpoint.holds(self):
            raise Unavailable("the lead is lost")


class PostgresCheckpoint:
    """A row of the service's database; the lead is a session lock on a connection of its own."""

    def __init__(self, dsn: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._dsn = dsn
        self._idle_seconds = idle_seconds

    @asynccontextmanager
    async def lead(self) -> AsyncIterator["PostgresLead | None"]:
        async with self._connected() as connection:
            row = await _asked(connection, f"select {_LOCK} as led")
            if not row or not row["led"]:
                yield None
                return
            lead = PostgresLead(connection)
            keeping = asyncio.create_task(lead.keep(self._idle_seconds / 3))
            try:
                yield lead
            finally:
                keeping.cancel()
                await asyncio.wait([keeping])

    async def rewind(self, position: int) -> int:
        async with self._connected() as connection:
            moved = await _asked(connection, _REWIND, position)
        return int(moved["position"]) if moved else 0

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        idle = {"idle_session_timeout": f"{self._idle_seconds * 1000:.0f}"}
        try:
            connection = await connect(self._dsn, {**SESSION, **idle})
        except TROUBLE as error:
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
        self._turn = asyncio.Lock()

    async def keep(self, every_seconds: float) -> None:
        """Says now and then that this process lives, however long what it sends takes."""
        with suppress(Unavailable):
            while True:
                await asyncio.sleep(every_seconds)
                await self._asked("select 1")

    async def reached(self) -> Reached:
        row = await self._asked(_READ)
        self._write = row["write"] if row else ""
        return Reached(row["position"], decoded(row["marks"])) if row else Reached()

    async def move(self, known: Reached, to: Reached) -> bool:
        marks = encoded(to.marks)
        values = (known.position, self._write, to.position, marks)
        row = await self._asked(_MOVE, *values)
        self._write = row["write"] if row else self._write
        return row is not None

    async def _asked(self, query: str, *values: object) -> asyncpg.Record | None:
        async with self._turn:
            return await _asked(self._connection, query, *values)


async def _asked(
    connection: asyncpg.Connection, query: str, *values: object
) -> asyncpg.Record | None:
    try:
        return await connection.fetchrow(query, *values)
    except TROUBLE as error:
        raise Unavailable("the lead is lost") from error
