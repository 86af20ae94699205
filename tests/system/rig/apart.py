"""The API of intake on a database server of its own, so that nobody else suffers with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from dev.postgres import Server
from rig.world import World


@asynccontextmanager
async def apart(world: World, server: Server) -> AsyncIterator[World]:
    """The world as it is with that server; nothing that is written there is published."""
    url = await server.create_database("intake")
    urls = {**world.stack.servers.databases.urls, "intake": url}
    databases = replace(world.stack.servers.databases, server=server, urls=urls)
    servers = replace(world.stack.servers, databases=databases)
    there = replace(world, stack=replace(world.stack, servers=servers))
    await there.stack.migrate("intake")
    async with world.instead("intake", {"LEIDRAAD_DATABASE_URL": url}, kind="api"):
        yield there
