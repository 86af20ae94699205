"""Analytics over a PostgreSQL server of the session: what it is told, and what it is asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import httpx
import pytest

from analytics.app import compose
from analytics.log import Fact, keep
from dev.postgres import Server, postgres
from events.following import Views, wait_for
from events.migrate import upgrade
from events.postgres import PostgresStore
from events.store import Json, Recorded
from kit.access import Role
from kit.ground import opened
from kit.testing import Stand, at, settings

NOW = "2021-01-01T12:00:00+00:00"
CAUGHT_UP_SECONDS = 60
AT_ONCE = 100

Query = Mapping[str, str | list[str]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    with asyncio.Runner() as runner:
        running = postgres(folder, durable=False)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """A database of its own for each test, brought up to date by the service's migrations."""
    with asyncio.Runner() as runner:
        url = runner.run(server.create_database("analytics"))
        upgrade(url, "analytics")
        yield url
        runner.run(server.drop_database("analytics"))


@dataclass(frozen=True, slots=True)
class Analytics:
    """The service with its views running, as one process of it has them."""

    database: str
    store: PostgresStore
    following: Views
    stand: Stand

    async def hears(self, facts: Sequence[Fact]) -> None:
        """Consumes messages in this order, and waits until all views have taken them in."""
        handle = keep(self.store)
        for start in range(0, len(facts), AT_ONCE):
            batch = facts[start : start + AT_ONCE]
            await asyncio.gather(*(handle(as_message(fact)) for fact in batch))
        head = await self.store.head()
        for view in self.following.views:
            tables = self.following.tables
            assert await wait_for(tables, view, head.position, CAUGHT_UP_SECONDS)

    async def gets(self, path: str, query: Query, role: Role = Role.ANALYST) -> httpx.Response:
        async with self.stand.client(role) as client:
            return await client.get(path, params=query or None)

    async def answers(self, path: str, query: Query, role: Role = Role.ANALYST) -> httpx.Response:
        return await self.gets(f"/v1/figures/{path}", query, role)

    async def figure(self, path: str, **query: str | list[str]) -> Json:
        response = await self.answers(path, {n.rstrip("_"): v for n, v in query.items()})
        assert response.status_code == 200, response.text
        return cast("Json", response.json())


def as_message(fact: Fact) -> Recorded[Json]:
    event = fact.event if isinstance(fact.event, dict) else fact.event.model_dump(mode="json")
    return cast("Recorded[Json]", replace(fact, event=event))


@pytest.fixture
async def analytics(database: str) -> AsyncIterator[Analytics]:
    stop = asyncio.Event()
    async with opened("analytics", settings(database_url=database)) as ground:
        service = compose(ground)
        await ground.tables.create(service.views)
        following = Views(
            store=ground.store, tables=ground.tables, views=service.views, decode=service.decode
        )
        stand = Stand(
            ground.store,
            routers=service.routers,
            access=service.access,
            scope=service.scope,
            parts=service.parts,
            clock=at(NOW),
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(following.run(stop))
            yield Analytics(database, ground.store, following, stand)
            stop.set()


@pytest.fixture
def hears(analytics: Analytics) -> Callable[[Sequence[Fact]], Awaitable[None]]:
    """Tells analytics what services published."""
    return analytics.hears


@pytest.fixture
def answers(analytics: Analytics) -> Callable[..., Awaitable[httpx.Response]]:
    """Asks for `figure` or `figure/events`; takes the query as a dict, and the role."""
    return analytics.answers


@pytest.fixture
def gets_anything(analytics: Analytics) -> Callable[..., Awaitable[httpx.Response]]:
    """Asks for any path."""
    return analytics.gets


@pytest.fixture
def figure(analytics: Analytics) -> Callable[..., Awaitable[Json]]:
    """Asks as an analyst, and takes the query as keywords (`from_` for `from`)."""
    return analytics.figure


@pytest.fixture
def store(analytics: Analytics) -> PostgresStore:
    return analytics.store
