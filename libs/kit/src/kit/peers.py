"""The one client for other services: their addresses, our token, a time limit, and patience."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import stamina

from kit.context import CORRELATION_HEADER

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
ATTEMPTS = 3
LATER = frozenset({401, 408, 429})
"""Refusals that pass: a token is about to be renewed, or there is too much to do."""


class PeerUnavailable(Exception):
    """The other service does not answer now; what needs it waits."""


class PeerRefused(Exception):
    """The other service answered, and says no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Peers:
    """Reads from other services by name; the token file is read each time: it is rotated."""

    def __init__(
        self, urls: Mapping[str, str], token_file: Path | None, client: httpx.AsyncClient
    ) -> None:
        self._urls = urls
        self._token_file = token_file
        self._client = client

    async def get(self, peer: str, path: str, correlation_id: UUID) -> dict[str, Any]:
        """The JSON object at a path; tries again while the peer cannot be reached or says 503."""
        async for attempt in stamina.retry_context(
            on=PeerUnavailable, attempts=ATTEMPTS, timeout=10.0, wait_initial=0.1, wait_max=1.0
        ):
            with attempt:
                return await self._get(peer, path, correlation_id)
        raise PeerUnavailable  # pragma: no cover  the loop returns or raises

    async def _get(self, peer: str, path: str, correlation_id: UUID) -> dict[str, Any]:
        headers = {
            "authorization": f"Bearer {self._token()}",
            CORRELATION_HEADER: str(correlation_id),
        }
        url = self._urls[peer] + path
        try:
            response = await self._client.get(url, headers=headers, timeout=TIMEOUT)
        except httpx.TransportError as error:
            raise PeerUnavailable(f"{peer}: {type(error).__name__}") from error
        return _content(peer, response)

    def _token(self) -> str:
        if self._token_file is None:
            raise PeerUnavailable("no service token is set")
        try:
            return self._token_file.read_text().strip()
        except OSError as error:
            raise PeerUnavailable("the service token cannot be read") from error


def _content(peer: str, response: httpx.Response) -> dict[str, Any]:
    if response.is_success:
        content: dict[str, Any] = response.json()
        return content
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code in LATER:
        raise PeerUnavailable(f"{peer}: {response.status_code}")
    raise PeerRefused(response.status_code, _code(response))


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return "unknown"
