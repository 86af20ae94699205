"""The body is read first, within limits; then the request runs to its end without the client."""

import asyncio

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import problems
from kit.problems import Problem

log = structlog.get_logger()

Running = set[asyncio.Task[None]]
"""The requests under way; a shutdown waits for them."""


class Buffered:
    """Middleware: a task of its own per request, which a client that hangs up does not cancel."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        running: Running,
        max_bytes: int,
        body_seconds: float,
        request_seconds: float,
    ) -> None:
        self._app = app
        self._running = running
        self._max_bytes = max_bytes
        self._body_seconds = body_seconds
        self._request_seconds = request_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        if body is None:
            return
        task = asyncio.create_task(self._run(scope, _replayed(body, receive), send))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None if the client hung up before it was complete."""
        if _announced(scope) > self._max_bytes:
            raise self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    if len(body) > self._max_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise Problem(
                408, "body-too-slow", "The body did not arrive in time.", headers=_CLOSE
            ) from None

    def _too_large(self) -> Problem:
        detail = f"The body may have at most {self._max_bytes} bytes."
        return Problem(413, "body-too-large", detail, headers=_CLOSE)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        problem: Problem | None = None
        try:
            async with asyncio.timeout(self._request_seconds) as deadline:
                await self._app(scope, receive, answer)
        except Exception as error:
            late = isinstance(error, TimeoutError) and deadline.expired()
            problem = problems.unavailable() if late else problems.unexpected()
            log.exception("http.failed", late=late)
        if problem and not started:
            await problem.response()(scope, receive, send)


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
