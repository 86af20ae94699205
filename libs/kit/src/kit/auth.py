"""Who asks: a bearer token, checked against the issuer's published keys, becomes a principal."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kit.access import Principal, Role
from kit.clock import Clock

ALGORITHMS = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "Ed25519", "EdDSA")
LONGEST_TOKEN = 8_192
FETCH_SECONDS = 3.0
MOST_CHECKED = 1_000
PAUSE_SECONDS = 5.0
"""The least time between two fetches of the keys, however many unknown ones are asked for."""
AGE_SECONDS = 300.0
"""After this time the keys are fetched again: one that was withdrawn must not live on."""
SKEW_SECONDS = 5
"""How far the issuer's clock may be ahead of ours; a token's end is taken as it is."""

log = structlog.get_logger()


class Unauthorised(Exception):
    """The token does not say who asks; the message is a sentence for the caller."""


class KeysUnavailable(Exception):
    """The issuer's keys were never fetched, so no token can be judged."""


class Keys:
    """The issuer's keys: fetched from one fixed address, again for a new key, and now and then."""

    def __init__(
        self, url: str, client: httpx.AsyncClient, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._client = client
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def having(self, kid: str) -> KeySet:
        """The keys, in which `kid` is if the issuer published it.

        While they are fetched, only those wait whose key is not known yet.
        """
        if self._wanted(kid) or (self._lock.locked() and not self._known(kid)):
            async with self._lock:
                if self._wanted(kid):
                    await self._fetch()
        if self._keys is None:
            raise KeysUnavailable
        return self._keys

    def _wanted(self, kid: str) -> bool:
        longest = AGE_SECONDS if self._known(kid) else PAUSE_SECONDS
        return self._monotonic() - self._asked >= longest

    def _known(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys)

    async def _fetch(self) -> None:
        self._asked = self._monotonic()
        try:
            response = await self._client.get(self._url, timeout=FETCH_SECONDS)
            self._keys = KeySet.import_key_set(response.raise_for_status().json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("auth.keys-not-fetched", error=type(error).__name__)


class Authenticator:
    """Turns the Authorization header into a principal, or refuses it."""

    def __init__(self, keys: Keys, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._checked: dict[str, dict[str, Any]] = {}
        self._checked_with: KeySet | None = None
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock().timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def principal(self, authorization: str | None) -> Principal:
        token = _bearer(authorization)
        try:
            kid = _kid(token)
            keys = await self._keys.having(kid)
            claims = self._signed(token, keys)
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise Unauthorised("The bearer token is not valid here.") from None
        if claims["exp"] <= self._clock().timestamp():
            raise Unauthorised("The bearer token has expired.")
        return _principal(claims)

    def _signed(self, token: str, keys: KeySet) -> dict[str, Any]:
        """The claims under a good signature; checking one costs more than all the rest."""
        if keys is not self._checked_with or len(self._checked) >= MOST_CHECKED:
            self._checked, self._checked_with = {}, keys
        if token not in self._checked:
            self._checked[token] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        return self._checked[token]


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorised("A bearer token is needed.")
    if len(token) > LONGEST_TOKEN:
        raise Unauthorised("The bearer token is too long.")
    return token


def _kid(token: str) -> str:
    """The key's name; the header is not yet trusted, so nothing else of it is used."""
    kid = jws.extract_compact(token.encode()).headers()["kid"]
    if not isinstance(kid, str):
        raise TypeError
    return kid


def _principal(claims: dict[str, Any]) -> Principal:
    try:
        organisation = claims.get("organisation")
        return Principal(
            subject=_subject(claims["sub"]),
            role=Role(claims["role"]),
            organisation=None if organisation is None else UUID(organisation),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Unauthorised("The token names no known role, or no organisation's id.") from None


def _subject(subject: object) -> str:
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255 or not subject.isprintable():
        raise ValueError
    return subject
