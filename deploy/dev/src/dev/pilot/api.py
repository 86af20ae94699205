"""The public HTTP API as a client sees it: writes that may be repeated, reads, clear refusals."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from dev.failure import NotStarted

Json = Mapping[str, Any]
TRIES = 8
PAUSE_SECONDS = 0.1
PASSING = frozenset({429, 502, 503, 504})
"""Answers that the same request may not get again in a moment."""


class Refused(NotStarted):
    """A request was answered with a problem; the message says which one and why."""

    def __init__(self, request: httpx.Request, response: httpx.Response) -> None:
        self.status = response.status_code
        said = response.text[:500]
        super().__init__(f"{request.method} {request.url.path} got {self.status}: {said}")


@dataclass(frozen=True, slots=True)
class Written:
    """What a write answers: the resource and its version."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Api:
    """All services by name; `positions` is how far the log of each went in what was written."""

    client: httpx.AsyncClient
    urls: Mapping[str, str]
    positions: dict[str, int] = field(default_factory=dict)

    async def write(  # one parameter per part of the request
        self,
        service: str,
        path: str,
        body: Json,
        *,
        token: str,
        key: str,
        if_match: str | None = None,
    ) -> Written:
        """Sent again with the same Idempotency-Key, whatever became of the first time."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        if if_match:
            headers["If-Match"] = if_match
        response = await self._asked(
            lambda: self.client.post(f"{self.urls[service]}{path}", json=body, headers=headers)
        )
        answer = response.json()
        self.positions[service] = max(self.positions.get(service, 0), answer["position"])
        return Written(UUID(answer["id"]), answer["version"])

    async def read(
        self, service: str, path: str, *, token: str, parameters: Json | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self._asked(
            lambda: self.client.get(
                f"{self.urls[service]}{path}", params=parameters, headers=headers
            )
        )

    async def _asked(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                response = await ask()
            except httpx.TransportError as error:
                if last:
                    raise NotStarted(f"{error.request.url} cannot be reached: {error}") from error
            else:
                if response.is_success:
                    return response
                if last or response.status_code not in PASSING:
                    raise Refused(response.request, response)
            await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
        raise AssertionError
