"""Feels how far the relay and the views of a service have come, as a sign of their life."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from chaos.timeline import Timeline
from events.connection import TROUBLE, connect
from rig.world import World

LOOK_SECONDS = 0.2
_PULSE = """select
    (select max(position) from relay) as relay,
    coalesce((select min(position) from views), (select max(position) from log_head)) as consume"""


@dataclass(slots=True, kw_only=True)
class Pulse:
    """Without views, a service lives while its log grows."""

    world: World
    service: str
    timeline: Timeline
    _before: dict[str, int] = field(default_factory=dict)
    _looked: float = 0.0
    """When the look before this one began: what it did not find was done after."""

    async def feel(self) -> None:
        """Until it is cancelled."""
        while True:
            with suppress(*TROUBLE):
                connection = await connect(self.world.database(self.service))
                try:
                    await self._count(connection)
                finally:
                    connection.terminate()
            await asyncio.sleep(LOOK_SECONDS)

    async def _count(self, connection: asyncpg.Connection) -> None:
        while True:
            looked = monotonic()
            for kind, position in (await connection.fetchrow(_PULSE)).items():
                if position and position > self._before.get(kind, position):
                    self.timeline.lived(f"{self.service}.{kind}", self._looked)
                self._before[kind] = position or 0
            self._looked = looked
            await asyncio.sleep(LOOK_SECONDS)
