"""Follows every log as a reader does, and feels how far relay and views have come."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from chaos.timeline import Timeline
from events.connection import TROUBLE
from rig.world import World

LOOK_SECONDS = 0.2
_NEWS = "select position, id from events where position > $1 order by position limit 5000"
_PULSE = """select
    (select max(position) from relay) as relay,
    (select min(position) from views) as consume"""
AWAY = (*TROUBLE, TimeoutError)


@dataclass(slots=True, kw_only=True)
class Pulse:
    """`seen` is what the reader was given; without views a service lives while its log grows."""

    world: World
    service: str
    timeline: Timeline
    seen: list[tuple[int, UUID]] = field(default_factory=list)
    _before: dict[str, int] = field(default_factory=dict)

    async def feel(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                url = self.world.database(self.service)
                connection = await asyncpg.connect(url, timeout=5)
            except AWAY:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            try:
                while True:
                    await self._look(connection)
                    await asyncio.sleep(LOOK_SECONDS)
            except AWAY:
                continue
            finally:
                connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        head = self.seen[-1][0] if self.seen else 0
        news = await connection.fetch(_NEWS, head, timeout=5)
        self.seen += [(row["position"], UUID(bytes=row["id"].bytes)) for row in news]
        reached = dict(await connection.fetchrow(_PULSE, timeout=5))
        if reached["consume"] is None:
            reached["consume"] = self.seen[-1][0] if self.seen else 0
        for kind, position in reached.items():
            if position and position > self._before.get(kind, position):
                self.timeline.lived(f"{self.service}.{kind}")
            self._before[kind] = position or 0
