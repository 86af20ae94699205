"""The store as one process has it: its own appender, whose connection may break at any call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, ClassVar, cast

import asyncpg

from events.appender import Appender, Connected
from events.batch import Refusal
from events.memory import MemoryStore
from events.postgres import PostgresStore
from events.store import Appended, WriteSet
from events.waking import Bell
from simulation.server import Call, Result, append_v1
from simulation.wire import Wire
from simulation.world import World

CANCELLED = 0.01
READS = (
    "history",
    "after",
    "head",
    "position_at",
    "answer",
    "handled",
    "data_key",
    "keep_key",
    "sealed",
    "alike",
    "erase",
)


class SimulatedStore(PostgresStore):
    """That of PostgreSQL, whose appender calls a twin of the server."""

    makes: ClassVar[type[Appender]] = Appender

    def __init__(
        self,
        log: MemoryStore,
        reads: Any,  # noqa: ANN401 - the log, or the way to it
        connect: Callable[[], Awaitable[Connected]],
        bell: Bell,
    ) -> None:
        self.log = log
        self.appender = self.makes(connect, bell.ring)
        super().__init__(log.source, cast("asyncpg.Pool", None), self.appender, bell)
        self._reads = reads
        for name in READS:
            setattr(self, name, getattr(reads, name))

    async def _stored(self, write: WriteSet) -> Appended | None:
        return await self._reads.stored(write.events[-1].id) if write.events else None


class Session:
    """A connection as its driver shows it, and the one statement that is prepared on it."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._closed = False

    def is_closed(self) -> bool:
        return self._closed

    def terminate(self) -> None:
        """What is on its way to the server is done all the same."""
        self._closed = True

    async def fetchrow(self, *given: Any) -> Result:  # noqa: ANN401 - as the driver
        return append_v1(self._store, Call(*given))


@asynccontextmanager
async def untroubled(log: MemoryStore) -> AsyncIterator[SimulatedStore]:
    """What the simulation stands on, in good weather: it passes the tests of every store."""

    async def connect() -> Connected:
        session = Session(log)
        return cast("asyncpg.Connection", session), session

    store = SimulatedStore(log, log, connect, Bell())
    async with store.appender.running():
        yield store


class Sessions:
    """Those of one server. `ended` counts how often it has ended all of them."""

    def __init__(self, world: World, store: MemoryStore) -> None:
        self.world = world
        self.store = store
        self.ended = 0

    async def connect(self) -> Connected:
        """Of a process; raises OSError."""
        wire = Wire(self.world, self.store.source, ConnectionRefusedError)
        return await wire.call("connect", self._connected)

    async def _connected(self) -> Connected:
        session = StormySession(self)
        return cast("asyncpg.Connection", session), session


class StormySession(Session):
    def __init__(self, sessions: Sessions) -> None:
        super().__init__(sessions.store)
        self._world = sessions.world
        self._sessions = sessions
        self._began = sessions.ended
        self._wire = Wire(sessions.world, sessions.store.source, Lost)

    async def fetchrow(self, *given: Any) -> Result:  # noqa: ANN401 - as above
        """Where no answer comes the driver gives up, or sees that the connection is lost."""
        try:
            return await self._wire.call("append_v1", partial(self._served, given))
        except Lost as lost:
            if self._world.chance.random() < 0.5:
                raise TimeoutError from lost
            self._closed = True
            raise asyncpg.ConnectionDoesNotExistError("closed in the middle") from lost

    async def _served(self, given: Any) -> Result:  # noqa: ANN401 - as above
        if self._began != self._sessions.ended:
            self._closed = True
            self._world.disturb(self._sessions.store.source)
            raise asyncpg.AdminShutdownError("the session was ended")
        if self._world.storm and self._world.chance.random() < CANCELLED:
            self._world.disturb(self._sessions.store.source)
            raise asyncpg.QueryCanceledError("the statement took too long")
        result = await super().fetchrow(*given)
        codes, _, position, _ = result
        told = ", ".join(Refusal(code).name.lower() if code else "written" for code in codes)
        self._world.note(f"{self._sessions.store.source}: {told}; the log is at {position}")
        return result


class Lost(Exception):
    """A call that got no answer."""
