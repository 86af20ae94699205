"""A TCP proxy between a service and its database, which delays, loses and cuts what passes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit, urlunsplit

from dev.port import LOOPBACK
from events.backoff import pause

CHUNK = 65_536
BEAT_SECONDS = 0.05


class Mode(Enum):
    FORWARD = auto()
    DELAY = auto()
    """Each answer comes `seconds` later."""
    SLOW = auto()
    """Answers trickle, `rate` bytes per second on each connection."""
    SWALLOW = auto()
    """What is asked reaches the server; its answers to clients that said `names` are lost."""
    SILENT = auto()
    """Connections are taken; nothing passes until the mode changes."""
    CUT = auto()
    """The next answer to such a client is lost, and its connection with it."""


@dataclass(slots=True, eq=False)
class Link:
    """A connection of the service, and the one to the server that belongs to it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    said: bytearray = field(default_factory=bytearray)
    """The beginning of what the client said."""

    def cut(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Its mode may change at any time and holds at once, also for what is on its way."""

    host: str
    port: int
    url: str = ""
    mode: Mode = Mode.FORWARD
    seconds: float = 0
    rate: int = CHUNK
    names: bytes = b""
    """What a client said that is meant; nothing stands for all."""
    links: set[Link] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _listening: asyncio.Server | None = None

    def behave(
        self, mode: Mode, *, seconds: float = 0, rate: int = CHUNK, names: bytes = b""
    ) -> None:
        self.mode, self.seconds, self.rate, self.names = mode, seconds, rate, names
        self._changed.set()
        self._changed = asyncio.Event()

    def cut(self) -> None:
        """Ends all connections at once; new ones are taken."""
        for link in list(self.links):
            link.cut()

    async def refuse(self) -> None:
        """Takes no new connection until `accept`; those that are there stay."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    async def accept(self) -> None:
        if self._listening is None:
            port = urlsplit(self.url).port if self.url else 0
            self._listening = await asyncio.start_server(self._link, LOOPBACK, port)

    @property
    def listens_on(self) -> int:
        assert self._listening is not None
        port: int = self._listening.sockets[0].getsockname()[1]
        return port

    async def _link(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection(self.host, self.port)
        except OSError:
            client.transport.abort()
            return
        link = Link(client, server)
        self.links.add(link)
        ways = [
            asyncio.create_task(self._ask(reader, link)),
            asyncio.create_task(self._answer(answers, link)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.cut()
            self.links.discard(link)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _ask(self, reader: asyncio.StreamReader, link: Link) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if len(link.said) < CHUNK:
                    link.said += data
                await self._unless_silent()
                link.server.write(data)
                await link.server.drain()

    async def _answer(self, reader: asyncio.StreamReader, link: Link) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._unless_silent()
                named = self.names in link.said
                if self.mode is Mode.CUT and named:
                    self.behave(Mode.FORWARD)
                    return
                if self.mode is not Mode.SWALLOW or not named:
                    await self._deliver(data, link.client)

    async def _deliver(self, data: bytes, client: asyncio.StreamWriter) -> None:
        if self.mode is Mode.DELAY:
            await pause(self._changed, self.seconds)
        while self.mode is Mode.SLOW and data:
            most = max(1, int(self.rate * BEAT_SECONDS))
            client.write(data[:most])
            data = data[most:]
            await pause(self._changed, BEAT_SECONDS)
        client.write(data)
        await client.drain()

    async def _unless_silent(self) -> None:
        while self.mode is Mode.SILENT:
            await self._changed.wait()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """A proxy to the server of an address; its own `url` is the same address by way of it."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    proxy = Proxy(host=parts.hostname, port=parts.port)
    await proxy.accept()
    place = parts.netloc.rpartition("@")[0] + f"@{LOOPBACK}:{proxy.listens_on}"
    proxy.url = urlunsplit(parts._replace(netloc=place))
    try:
        yield proxy
    finally:
        proxy.behave(Mode.FORWARD)
        await proxy.refuse()
        proxy.cut()
