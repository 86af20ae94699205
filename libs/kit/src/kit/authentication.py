"""Nothing but the public paths is answered before it is known who asks."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from kit import problems
from kit.auth import Authenticator, KeysUnavailable, Unauthorised

PUBLIC = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})


class Authenticated:
    """Middleware: puts the principal into `request.state`, or answers 401 before a body is read."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PUBLIC:
            await self._app(scope, receive, send)
            return
        try:
            principal = await self._authenticator.principal(
                Headers(scope=scope).get("authorization")
            )
        except Unauthorised as error:
            problem = problems.unauthorised(str(error))
        except KeysUnavailable:
            problem = problems.unavailable()
        else:
            scope.setdefault("state", {})["principal"] = principal
            await self._app(scope, receive, send)
            return
        await problem.response()(scope, receive, send)
