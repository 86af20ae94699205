"""The access log: what was read, and what was refused, is on disk before the answer goes out."""

from collections.abc import Sequence
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.store import AccessLine, Store, WriteSet
from kit.access import Principal
from kit.context import CORRELATION_ID

ALLOWED = "allowed"
FORBIDDEN = "forbidden"
NOT_FOUND = "not-found"


def line(
    principal: Principal, action: str, resource: str, outcome: str, key: UUID | None = None
) -> AccessLine:
    return AccessLine(
        actor=principal.subject,
        role=principal.role,
        organisation=principal.organisation,
        action=action,
        resource=resource,
        key=key,
        outcome=outcome,
        correlation_id=CORRELATION_ID.get(),
    )


async def note(store: Store, written: AccessLine) -> None:
    """Raises Unavailable, and so lets no answer out, unless the line is durable."""
    await store.append(WriteSet(access=[written]))


class Unnoted(Exception):
    """A route answers without a line in the access log; its answer does not go out."""


class Accounted:
    """Middleware: holds back the good answer of a route that should have noted it and did not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            good = message["type"] == "http.response.start" and message["status"] < 400
            if good and not scope.get(_NOTED, True):
                raise Unnoted(scope["path"])
            await send(message)

        await self._app(scope, receive, answer)


def account(scope: Scope, noted: Sequence[str]) -> None:
    """From here on the request needs an outcome among those that are noted."""
    scope[_NOTED] = noted


_NOTED = "leidraad.noted"
