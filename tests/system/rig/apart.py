"""Intake with a log of its own, so that nobody else suffers with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dev.postgres import Server
from rig.ledger import Ledger
from rig.world import World

NAME = "intake_apart"


@asynccontextmanager
async def apart(world: World, server: Server) -> AsyncIterator[World]:
    """Its API alone, with a server of its own; what is written there is not published."""
    url = await server.create_database("intake")
    there = await _moved(world, url, server=server)
    async with world.instead("intake", {"LEIDRAAD_DATABASE_URL": url}, kind="api"):
        yield there


@asynccontextmanager
async def published_apart(world: World, kafka: str) -> AsyncIterator[World]:
    """All of it, with a database of its own that is published to a broker of its own."""
    server = world.stack.servers.databases.server
    assert server is not None
    url = await server.create_database(NAME)
    try:
        there = await _moved(world, url, kafka=kafka)
        settings = {"LEIDRAAD_DATABASE_URL": url, "LEIDRAAD_KAFKA": kafka}
        async with world.instead("intake", settings):
            yield there
    finally:
        await server.drop_database(NAME)


async def _moved(
    world: World, url: str, *, server: Server | None = None, kafka: str | None = None
) -> World:
    """The world as it is with these; what its users are told is nobody else's business."""
    were = world.stack.servers
    urls = {**were.databases.urls, "intake": url}
    databases = replace(were.databases, server=server or were.databases.server, urls=urls)
    servers = replace(were, databases=databases, kafka=kafka or were.kafka)
    there = replace(world, stack=replace(world.stack, servers=servers), ledger=Ledger())
    await there.stack.migrate("intake")
    return there
