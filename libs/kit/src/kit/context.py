"""What holds for one request: its correlation id, for logs, events and answers, and its time."""

import re
from contextvars import ContextVar
from uuid import UUID

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from kit.clock import REQUEST_TIME, Clock

CORRELATION_HEADER = "x-correlation-id"
CORRELATION_ID: ContextVar[UUID] = ContextVar("correlation_id")

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class RequestContext:
    """Middleware: takes the correlation id from the caller or makes one, and reads the clock."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = _uuid(Headers(scope=scope).get(CORRELATION_HEADER)) or uuid7()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[CORRELATION_HEADER] = str(correlation_id)
            await send(message)

        CORRELATION_ID.set(correlation_id)
        REQUEST_TIME.set(self._clock())
        with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id)):
            await self._app(scope, receive, answer)


def _uuid(header: str | None) -> UUID | None:
    try:
        return UUID(header) if header else None
    except ValueError:
        return None


def traceparent(header: str | None) -> str | None:
    """The W3C trace context, if it is well formed."""
    return header if header and _TRACEPARENT.fullmatch(header) else None
