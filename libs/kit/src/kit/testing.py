"""For tests of routers: an application over any store, its issuer, and clients with a role."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from events.store import Store
from kit.access import AccessTable, Role
from kit.app import create_app
from kit.auth import Authenticator, Keys
from kit.clock import Clock, clock
from kit.edge import Edge, Gate, ScopeOf
from kit.health import Check
from kit.parts import Parts
from kit.settings import Environment, Settings
from kit.vocabularies import Vocabularies, no_vocabularies

ISSUER = "https://issuer.test"
AUDIENCE = "leidraad"
BASE_URL = "http://service.test"
MASTER_KEY = base64.b64encode(bytes(32)).decode()


def settings(**changed: Any) -> Settings:  # noqa: ANN401  each setting has its own type
    given = {
        "environment": Environment.TEST,
        "database_url": "postgresql://localhost/test",
        "kafka": "localhost:9092",
        "http_port": 8000,
        "metrics_port": 8001,
        "jwks_url": f"{ISSUER}/jwks.json",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "master_key": MASTER_KEY,
    }
    return Settings(**{**given, **changed})


class Issuer:
    """Signs tokens with a key of its own, which `transport` serves to an httpx client."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"})
        self.published: list[Any] = [self.key]
        self.fetches: list[str] = []
        self.transport = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.fetches.append(str(request.url))
        return httpx.Response(200, json=KeySet(self.published).as_dict())

    def claims(self, **changed: Any) -> dict[str, Any]:  # noqa: ANN401  claims are JSON
        now = int(self.clock().timestamp())
        given = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(uuid4()), "role": Role.DESK}
        return {**given, "nbf": now, "exp": now + 300, **changed}

    def token(self, **changed: Any) -> str:  # noqa: ANN401  claims are JSON
        return jwt.encode({"alg": "ES256", "kid": "test"}, self.claims(**changed), self.key)

    def authenticator(self, clock: Clock | None = None) -> Authenticator:
        keys = Keys(f"{ISSUER}/jwks.json", httpx.AsyncClient(transport=self.transport))
        return Authenticator(keys, ISSUER, AUDIENCE, clock or self.clock)


class Stand:
    """A service's application on its stand: who issues its tokens, and clients for it."""

    def __init__(
        self,
        store: Store,
        *,
        routers: Sequence[APIRouter],
        access: AccessTable,
        scope: ScopeOf,
        vocabularies: Vocabularies = no_vocabularies,
        gate: Gate | None = None,
        parts: Parts | None = None,
        checks: Mapping[str, Check] | None = None,
        clock: Clock = clock(),  # noqa: B008  a function that reads the time
        **changed: Any,  # noqa: ANN401  settings
    ) -> None:
        given = settings(**changed)
        self.issuer = Issuer(clock)
        self.app: FastAPI = create_app(
            store.source,
            routers=routers,
            edge=Edge.of(
                given,
                store=store,
                clock=clock,
                access=access,
                scope=scope,
                vocabularies=vocabularies,
                gate=gate,
            ),
            authenticator=self.issuer.authenticator(),
            settings=given,
            checks=checks or {},
            parts=parts or {},
        )

    def client(
        self, role: Role, *, subject: str | None = None, organisation: UUID | None = None
    ) -> httpx.AsyncClient:
        """Speaks for one subject; gives each POST that has none an Idempotency-Key."""
        claims = {"organisation": str(organisation)} if organisation else {}
        token = self.issuer.token(sub=subject or str(uuid4()), role=role, **claims)
        client = self.anonymous()
        client.headers["authorization"] = f"Bearer {token}"
        client.event_hooks["request"] = [_with_key]
        return client

    def anonymous(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


async def _with_key(request: httpx.Request) -> None:
    if request.method == "POST":
        request.headers.setdefault("idempotency-key", str(uuid4()))


def at(text: str) -> Clock:
    """A clock that stands still."""
    moment = datetime.fromisoformat(text)
    return lambda: moment


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem document, which must be one."""
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert document.keys() <= {"type", "title", "status", "detail", "errors"}
    assert document["status"] == answer.status_code
    assert document["detail"]
    assert answer.status_code != 503 or int(answer.headers["retry-after"]) > 0
    return answer.status_code, document["type"].removeprefix("urn:leidraad:problem:")
