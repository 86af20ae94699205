"""A lean HTTP client: one kept connection, so that it is not the client that is measured."""

import asyncio
from dataclasses import dataclass
from typing import Self

END = b"\r\n\r\n"
LENGTH = b"content-length: "


class Unexpected(Exception):
    """An answer that is not the one that was asked for."""


class Connection(asyncio.Protocol):
    """One request at a time; understands what uvicorn sends, and no more."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> Self:
        _, connection = await asyncio.get_running_loop().create_connection(cls, host, port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(END)
        if head < 0:
            return
        at = self._received.find(LENGTH, 0, head + 2)
        start = at + len(LENGTH)
        length = int(self._received[start : self._received.index(b"\r", start)]) if at >= 0 else 0
        if len(self._received) < head + len(END) + length:
            return
        status, body = int(self._received[9:12]), bytes(self._received[head + len(END) :])
        self._received.clear()
        if self._answer and not self._answer.done():
            self._answer.set_result((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or Unexpected("the server hung up"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        if self._transport is None or self._transport.is_closing():
            raise Unexpected("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport:
            self._transport.close()


@dataclass(frozen=True, slots=True)
class Post:
    """The same request again and again, each time with another Idempotency-Key."""

    host: str
    port: int
    path: str
    token: str
    body: str

    def request(self, idempotency_key: str) -> bytes:
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nIdempotency-Key: {idempotency_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body.encode())}\r\n\r\n"
            f"{self.body}"
        ).encode()
