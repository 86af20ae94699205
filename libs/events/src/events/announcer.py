"""Tells the other processes of a service that something was appended, and hears it from them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from events.connection import TROUBLE, connect
from events.failures import code_of
from events.waking import Bell

log = structlog.get_logger()

CHANNEL = "appended"
PAUSE_SECONDS = 0.01
LONGEST_DELAY_SECONDS = 5.0


class Announcer:
    """A connection of its own: a NOTIFY in the append would cost most of its rate."""

    def __init__(self, url: str, bell: Bell) -> None:
        self._url = url
        self._bell = bell
        self._news = asyncio.Event()

    def announce(self) -> None:
        """However often within some milliseconds, others hear it once."""
        self._news.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        """Connects again for ever; meanwhile followers look by themselves."""
        delay = PAUSE_SECONDS
        while True:
            try:
                connection = await connect(self._url, {"synchronous_commit": "off"})
                delay = PAUSE_SECONDS
                await self._converse(connection)
            except TROUBLE as error:
                log.warning("announcer.lost", reason=code_of(error))
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    async def _converse(self, connection: asyncpg.Connection) -> None:
        own = connection.get_server_pid()

        def heard(_connection: object, sender: int, _channel: str, _payload: str) -> None:
            if sender != own:
                self._bell.ring()

        connection.add_termination_listener(lambda _: self._news.set())
        try:
            await connection.add_listener(CHANNEL, heard)
            while True:
                await self._news.wait()
                self._news.clear()
                await connection.execute(f"notify {CHANNEL}")
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            connection.terminate()
