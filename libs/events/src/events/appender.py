"""Commits the write sets of this process in batches, each in one server call."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg
import stamina
import structlog

from events.batch import SQL, Prepared, Refused, arguments, outcomes, prepare
from events.connection import CONNECT_SECONDS, TROUBLE, connect, meaning
from events.failures import code_of
from events.patience import patiently
from events.store import Appended, Unavailable, Unwritable, WriteSet

log = structlog.get_logger()

MOST_SETS = 256
MOST_EVENTS = 5000
MOST_WAITING = 8 * MOST_SETS
"""More would wait longer than anybody waits for them."""
RECONNECT_SECONDS = 2.0
SETTINGS = {
    # A plan is made while the tables are small and kept when they are large.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}

Outcome = Appended | Refused
Connected = tuple[asyncpg.Connection, Any]
"""A connection with the statement that was prepared on it."""


class _Waiting(NamedTuple):
    """`alone`: it was in a call that failed, and gets one of its own."""

    prepared: Prepared
    outcome: asyncio.Future[Outcome]
    alone: bool = False


class Appender:
    """One task and one connection, from `connect`; `committed` is called after each batch."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connected]], committed: Callable[[], None]
    ) -> None:
        self._connect_once = connect
        self._committed = committed
        self._queue: deque[_Waiting] = deque()
        self._filled = asyncio.Event()
        self._closing = False
        self._connection: asyncpg.Connection | None = None
        self._statement: Any = None

    async def append(self, write: WriteSet) -> Outcome:
        """Raises Unwritable or Unavailable.

        Of a caller that goes away the set is written only if it is on its way to the server.
        """
        prepared = prepare(write)
        if self._closing:
            raise Unavailable("the store is closed")
        if len(self._queue) >= MOST_WAITING:
            raise Unavailable("too many write sets wait")
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(prepared, outcome))
        self._filled.set()
        with patiently():
            return await outcome

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """At the end it takes nothing more, and writes what is queued."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._closing = True
            self._filled.set()
            await task

    async def _run(self) -> None:
        while self._queue or not self._closing:
            await self._filled.wait()
            if not self._closing:
                self._filled.clear()
            while batch := self._take():
                await self._commit(batch)
        self._drop()

    def _take(self) -> list[_Waiting]:
        """The next sets, up to one that claims the same request, message or work as another."""
        batch: list[_Waiting] = []
        claimed: set[Hashable] = set()
        events = 0
        while self._queue and len(batch) < MOST_SETS:
            waiting = self._queue[0]
            if waiting.outcome.done():
                self._queue.popleft()
                continue
            claims = _claims(waiting.prepared.write)
            events += len(waiting.prepared.drafts)
            if batch and (events > MOST_EVENTS or waiting.alone or not claimed.isdisjoint(claims)):
                break
            claimed.update(claims)
            batch.append(self._queue.popleft())
            if waiting.alone:
                break
        return batch

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            results = await self._call([waiting.prepared for waiting in batch])
        except Unavailable as error:
            _fail([*batch, *self._queue], error)
            self._queue.clear()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._redo(batch, error)
        else:
            for waiting, result in zip(batch, results, strict=True):
                if not waiting.outcome.done():
                    waiting.outcome.set_result(result)
            self._committed()

    async def _call(self, batch: Sequence[Prepared]) -> list[Outcome]:
        given = arguments(batch)
        if self._connection is None or self._connection.is_closed():
            await self._connect()
        row = await self._statement.fetchrow(*given)
        return outcomes(batch, row)

    async def _connect(self) -> None:
        """Tries for a while; raises Unavailable."""
        try:
            async for attempt in stamina.retry_context(
                on=TROUBLE,
                attempts=None,
                timeout=RECONNECT_SECONDS,
                wait_initial=0.02,
                wait_max=0.5,
            ):
                with attempt:
                    self._connection, self._statement = await self._connect_once()
        except TROUBLE as error:
            raise Unavailable("no connection to the database") from error

    def _redo(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """One by one, so that only the bad one is refused, and what was committed is found."""
        failure = meaning(error)
        log.warning("appender.failed", sets=len(batch), reason=code_of(error))
        connected = self._connection is not None and not self._connection.is_closed()
        unknown = not connected or isinstance(error, TimeoutError)
        if isinstance(failure, Unavailable):
            self._drop()
        if batch[0].alone or not (unknown or isinstance(failure, Unwritable)):
            _fail(batch, failure)
        else:
            self._queue.extendleft(waiting._replace(alone=True) for waiting in reversed(batch))

    def _drop(self) -> None:
        if self._connection:
            self._connection.terminate()
            self._connection = None


async def to_server(url: str) -> Connected:
    connection = await connect(url, SETTINGS)
    try:
        return connection, await connection.prepare(SQL, timeout=CONNECT_SECONDS)
    except BaseException:
        connection.terminate()
        raise


def _claims(write: WriteSet) -> Sequence[Hashable]:
    claims: list[Hashable] = list(write.done)
    if write.request:
        claims.append(write.request[0])
    if write.message:
        claims.append(write.message)
    return claims


def _fail(batch: Iterable[_Waiting], failure: Exception) -> None:
    for waiting in batch:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(failure)
