"""How many sessions the database has of a service, and whether one idles in a transaction."""

from rig.tables import as_administrator
from rig.world import World

MOST = 16
"""Eight readers, and those of the appender, the announcer, the relay's lead, with some room."""
_ALL = "select count(*) from pg_stat_activity where datname = '{}'"
_IDLE = f"{_ALL} and state like 'idle in transaction%'"


async def few_sessions(world: World, service: str) -> bool:
    idle: int = await as_administrator(world, _IDLE.format(service))
    there: int = await as_administrator(world, _ALL.format(service))
    return not idle and there <= MOST
