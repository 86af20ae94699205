"""The correlation id: taken from the caller or made anew, in every log line, event and answer."""

import re
from contextvars import ContextVar
from uuid import UUID

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

HEADER = "x-correlation-id"
CORRELATION_ID: ContextVar[UUID] = ContextVar("correlation_id")

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Correlated:
    """Middleware: gives each request its correlation id, and the answer too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        correlation_id = _given(Headers(scope=scope).get(HEADER)) or uuid7()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = str(correlation_id)
            await send(message)

        CORRELATION_ID.set(correlation_id)
        with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id)):
            await self._app(scope, receive, answer)
        return None


def _given(header: str | None) -> UUID | None:
    try:
        return UUID(header) if header else None
    except ValueError:
        return None


def traceparent(header: str | None) -> str | None:
    """The W3C trace context, if it is well formed."""
    return header if header and _TRACEPARENT.fullmatch(header) else None
