"""When the system has done all that follows from what was asked of it."""

from rig.tables import value
from rig.topics import cut_short, lag
from rig.world import SECONDS, World, eventually

HEADS = "select coalesce(max(position), 0) from log_head"
_WAITING = """select
    (select count(*) from work where due_at <= now())
    + (select coalesce(max(h.position), 0) - coalesce(min(v.position), 0) from log_head h, views v)
"""
_UNPUBLISHED = "select max(h.position) - max(r.position) from log_head h, relay r"


async def at_rest(world: World, seconds: float = SECONDS) -> None:
    """Waits until all is published, consumed, shown in views and worked off."""
    await eventually(lambda: _rests(world), "the services do not come to rest", seconds)


async def heads(world: World) -> dict[str, int]:
    """How long the log of each service is."""
    return {service: await value(world, service, HEADS) for service in world.stack.ports}


async def _rests(world: World) -> bool:
    """Nothing is on its way anywhere, and nothing new came up while we looked."""
    before = await heads(world)
    for service in world.stack.ports:
        if await value(world, service, _WAITING):
            return False
        if service != "analytics" and await value(world, service, _UNPUBLISHED):
            return False
    if await lag(world) or await cut_short(world):
        return False
    return await heads(world) == before
