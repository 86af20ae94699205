"""The body is read first; then the request runs without the client, and is answered in time."""

import asyncio

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import problems
from kit.authentication import PUBLIC
from kit.problems import Problem
from kit.settings import Settings
from kit.streams import Streamed

log = structlog.get_logger()

Running = set[asyncio.Task[None]]
"""The requests under way, answered or not; a shutdown waits for them."""


class Answering:
    """The way back to the client: taken by the application, or by a problem if it is late."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.late = False

    async def __call__(self, message: Message) -> None:
        if not self.late:
            self.begun = True
            await self._send(message)

    async def instead(self, problem: Problem, scope: Scope, receive: Receive) -> None:
        """Answers with the problem unless an answer has begun; what comes later is dropped."""
        if not self.begun:
            self.begun = self.late = True
            await problem.response()(scope, receive, self._send)


class Buffered:
    """Middleware: a task of its own per request, which a client that hangs up does not cancel.

    The body of a request that streams is left to its route, which has more time.
    More requests at once than can be answered in time are refused at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        running: Running,
        settings: Settings,
        streamed: Streamed,
    ) -> None:
        self._app = app
        self._running = running
        self._settings = settings
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        streams = scope in self._streamed
        try:
            body = b"" if streams else await self._read(scope, receive)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        if body is None:
            return
        if len(self._running) >= self._settings.max_requests and scope["path"] not in PUBLIC:
            await problems.unavailable().response()(scope, receive, send)
            return
        limits = self._settings
        seconds = limits.document_seconds if streams else limits.request_seconds
        run = self._run(scope, receive if streams else _replayed(body, receive), send, seconds)
        await asyncio.shield(self._tracked(asyncio.create_task(run)))

    def _tracked(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None if the client hung up before it was complete."""
        if _announced(scope) > self._settings.max_body_bytes:
            raise self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._settings.max_body_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise Problem(
                408, "body-too-slow", "The body did not arrive in time.", headers=_CLOSE
            ) from None

    def _too_large(self) -> Problem:
        detail = f"The body may have at most {self._settings.max_body_bytes} bytes."
        return Problem(413, "body-too-large", detail, headers=_CLOSE)

    async def _run(self, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        answering = Answering(send)
        working = asyncio.create_task(self._work(scope, receive, answering))
        await asyncio.wait({working}, timeout=seconds)
        if working.done():
            return
        self._tracked(working)
        log.warning("http.late", begun=answering.begun)
        if answering.begun:
            await asyncio.wait({working}, timeout=self._settings.body_seconds)
        else:
            await answering.instead(problems.unavailable(), scope, receive)
        working.cancel()  # it may take a while to end: a connection is given back in order

    async def _work(self, scope: Scope, receive: Receive, answering: Answering) -> None:
        try:
            await self._app(scope, receive, answering)
        except Exception:
            log.exception("http.failed")
            await answering.instead(problems.unexpected(), scope, receive)


_CLOSE = {"connection": "close"}


def _announced(scope: Scope) -> int:
    """The length that the client announces; the bytes are counted in any case."""
    try:
        return int(Headers(scope=scope).get("content-length", "0"))
    except ValueError:
        return 0


def _replayed(body: bytes, receive: Receive) -> Receive:
    message: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replay() -> Message:
        nonlocal message
        first, message = message, None
        return first or await receive()

    return replay
