"""One seed: a storm, what the checker says of it, a calm in which all queues must empty."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from checker.check import check
from simulation.city import City, Parts, rules
from simulation.clients import Client
from simulation.loop import SeededLoop
from simulation.plant import Plant
from simulation.storm import Storm
from simulation.world import Climate, World

STORM_SECONDS = 6.0
REST_WITHIN_SECONDS = 90.0
CASES = 3
UNTIL_ALL_IS_DUE = timedelta(days=17)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`digest` is the same for the same seed; `happened` are the last steps before the end."""

    seed: int
    climate: Climate
    digest: int
    steps: int
    seconds: float
    events: int
    kills: int
    types: frozenset[str]
    violations: Sequence[str]
    happened: Sequence[str]

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed} at step {self.steps}, digest {self.digest:08x}:",
            f"  {self.climate}",
        ]
        lines += [f"  {violation}" for violation in self.violations]
        return "\n".join([*lines, "  the last steps:", *(f"    {h}" for h in self.happened)])


def simulate(seed: int, parts: Parts = Parts()) -> Outcome:  # noqa: B008 - a value
    """Whatever is left of the run in the end is ended too, so that nothing of it goes on."""
    loop = SeededLoop(seed)
    world = World(seed, loop)
    with world.observed():
        try:
            return loop.run_until_complete(_Run(City(world, parts)).whole())
        finally:
            loop.bury()
            loop.close()


class _Run:
    def __init__(self, city: City) -> None:
        self.city = city
        self.world = city.world
        self.plant = Plant(city)
        self.storm = Storm(self.plant)

    async def whole(self) -> Outcome:
        self.plant.start()
        clients = [
            self.world.loop.create_task(Client(self.plant, number).live())
            for number in range(CASES)
        ]
        await self.storm.rage(STORM_SECONDS)
        await self.storm.calm()
        violations = self._checked(settled=False)
        if not violations:
            self.plant.background(self.storm.operate())
            violations = await self._rest(clients) or [
                *self._checked(settled=True),
                *self.storm.unmet(),
            ]
        return self._outcome([*violations, *self.plant.faults])

    async def _rest(self, clients: Sequence[asyncio.Task[None]]) -> list[str]:
        """What is left undone after the time within which all queues must be empty."""
        end = self.world.loop.time() + REST_WITHIN_SECONDS
        _, late = await asyncio.wait(clients, timeout=REST_WITHIN_SECONDS)
        failed = [repr(c.exception()) for c in clients if c.done() and c.exception()]
        if late or failed:
            return [f"R6: {len(late)} clients have no answer", *failed]
        self.world.step(UNTIL_ALL_IS_DUE)
        while unrest := self.city.unrest():
            if self.world.loop.time() > end:
                return [f"R6: there is no rest; {line}" for line in unrest]
            await asyncio.sleep(0.5)
        return []

    def _checked(self, *, settled: bool) -> list[str]:
        return [str(v) for v in check(self.city.evidence(), rules(), settled=settled)]

    def _outcome(self, violations: Sequence[str]) -> Outcome:
        return Outcome(
            seed=self.world.seed,
            climate=self.world.climate,
            digest=self.world.loop.digest,
            steps=self.world.loop.steps,
            seconds=self.world.loop.time(),
            events=sum(len(d.store.log) for d in self.city.databases.values()),
            kills=len(self.plant.dead),
            types=frozenset(e.type for d in self.city.databases.values() for e in d.store.log),
            violations=violations,
            happened=list(self.world.happened),
        )
