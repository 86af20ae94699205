"""Opens what every service stands on, and closes it again in the opposite order."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httpx

from events.postgres import PostgresStore
from events.vault import MasterKey, Vault
from events.views_postgres import PostgresViews
from kit.auth import Authenticator, Keys
from kit.clock import clock
from kit.composition import Ground, S
from kit.peers import Peers


@cache
def _trust() -> ssl.SSLContext:
    """What the machine trusts; reading all its certificates takes a tenth of a second."""
    return ssl.create_default_context()


def _client() -> httpx.AsyncClient:
    """Goes straight to where it is told."""
    return httpx.AsyncClient(verify=_trust(), trust_env=False)


@asynccontextmanager
async def opened(name: str, settings: S) -> AsyncIterator[Ground[S]]:
    url = settings.database_url.get_secret_value()
    async with (
        _client() as client,
        PostgresStore.open(url, source=name) as store,
    ):
        yield Ground(
            settings=settings,
            clock=clock(settings.clock_shift),
            store=store,
            vault=Vault(store, MasterKey(settings.key_for("vault"))),
            tables=PostgresViews(name, store.pool),
            peers=Peers(settings.peers, settings.service_token_file, client),
        )


@asynccontextmanager
async def authenticator(ground: Ground[S]) -> AsyncIterator[Authenticator]:
    """Tokens are judged by the real time, since their issuer knows nothing of a shift."""
    settings = ground.settings
    async with _client() as client:
        keys = Keys(settings.jwks_url, client)
        yield Authenticator(keys, settings.issuer, settings.audience, clock())
