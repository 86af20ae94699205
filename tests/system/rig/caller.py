"""Somebody with a token, who calls the services over HTTP."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx

from rig.ledger import Asked, Ledger

Json = dict[str, Any]
UNAVAILABLE = 503
UNANSWERED = UNAVAILABLE, "unavailable"
BUSY_SECONDS = 15.0
"""A machine may be so busy for so long that an answer is not made in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`id` is the token's subject, `organisation` the one that it names."""

    client: httpx.AsyncClient
    ledger: Ledger = field(repr=False)
    urls: Mapping[str, str]
    token: str
    id: UUID
    organisation: UUID | None = None
    patience: float = 0
    """For so many seconds what is to succeed is asked again, a write with its key."""

    async def send(
        self,
        service: str,
        path: str,
        body: Json,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> httpx.Response:
        """A POST, once; the answer may be anything."""
        asked = self.asked(service, path, key or str(uuid4()), if_match)
        url, headers = self.urls[service] + path, self.headers | asked.headers
        return await self.ledger.tried(
            asked, lambda: self.client.post(url, json=body, headers=headers)
        )

    async def write(
        self, service: str, path: str, body: Json, *, if_match: str | None = None
    ) -> Json:
        """A POST that is to succeed: id, version and position."""
        return _content(await self.send_until_answered(service, path, body, if_match=if_match))

    async def send_until_answered(
        self, service: str, path: str, body: Json, *, if_match: str | None = None
    ) -> httpx.Response:
        """A POST, repeated with its key while there is patience; the answer may be anything."""
        key = str(uuid4())
        return await self._answered(
            lambda: self.send(service, path, body, key=key, if_match=if_match)
        )

    async def upload(self, service: str, path: str, content: bytes, media_type: str) -> Json:
        """A POST of bytes that is to succeed."""
        asked = self.asked(service, path, str(uuid4()))
        url, headers = self.urls[service] + path, {**self.headers, **asked.headers}
        headers["content-type"] = media_type
        return _content(
            await self.ledger.tried(
                asked, lambda: self.client.post(url, content=content, headers=headers)
            )
        )

    async def ask(self, service: str, path: str, query: Json | None = None) -> httpx.Response:
        """A GET, once; the answer may be anything."""
        url = self.urls[service] + path
        return await self.client.get(url, params=query, headers=self.headers)

    async def read(self, service: str, path: str, query: Json | None = None) -> Json:
        """A GET that is to succeed."""
        return _content(await self.ask_until_answered(service, path, query))

    async def ask_until_answered(
        self, service: str, path: str, query: Json | None = None
    ) -> httpx.Response:
        """A GET, repeated while there is patience; the answer may be anything."""
        return await self._answered(lambda: self.ask(service, path, query))

    async def _answered(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """What is said in the end: while there is patience, a service may be away or busy."""
        deadline = time.monotonic() + self.patience
        while True:
            in_time = time.monotonic() < deadline
            try:
                answer = await ask()
            except httpx.TransportError:
                if not in_time:
                    raise
            else:
                busy = answer.status_code == UNAVAILABLE and problem(answer) == UNANSWERED
                if not (in_time and busy):
                    return answer
            await asyncio.sleep(0.1)

    def asked(self, service: str, path: str, key: str, if_match: str | None = None) -> Asked:
        return Asked(service=service, subject=str(self.id), path=path, key=key, if_match=if_match)

    @property
    def brief(self) -> "Caller":
        """Patient for a moment at most: for what is tried again anyway."""
        return replace(self, patience=min(self.patience, BUSY_SECONDS))

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def _content(response: httpx.Response) -> Json:
    asked = f"{response.request.method} {response.request.url}"
    assert response.is_success, f"{asked}: {response.status_code} {response.text}"
    content: Json = response.json()
    return content


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document, which the answer must be."""
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert document["status"] == response.status_code
    assert response.status_code != UNAVAILABLE or int(response.headers["retry-after"]) > 0
    return response.status_code, document["type"].removeprefix("urn:leidraad:problem:")
