"""The whole of Leidraad, started once: PostgreSQL, Kafka, mailbox, issuer and five services."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from checker.services import rules
from dev.stack import FREE, stack
from programmes.loader import SHIPPED, load
from rig.audit import audit
from rig.proxy import Proxy, proxied
from rig.reader import reading_along
from rig.rest import at_rest
from rig.world import COPIES, PROGRAMME, World, define

HERE = Path(__file__).parent


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("programmes")
    define(SHIPPED, folder)
    settings = {
        "LEIDRAAD_PROGRAMMES": str(folder),
        "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
    }
    async with (
        stack("test", ports=FREE, environment="test", durable=False, settings=settings) as started,
        httpx.AsyncClient(timeout=30, trust_env=False) as client,
    ):
        known = load(folder)
        made = World(stack=started, client=client, programmes=known, rules=rules(known))
        for programme in (PROGRAMME, *COPIES):
            await made.register("desk", programme, "Desk", f"{programme}@example.org")
        async with reading_along(made):
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxy(world: World) -> AsyncIterator[Proxy]:
    """Intake reaches its database by way of it; at the end nothing is lost."""
    async with (
        proxied(world.database("intake")) as between,
        world.instead("intake", {"LEIDRAAD_DATABASE_URL": between.url}),
    ):
        yield between
    await at_rest(world)
    await audit(world)
