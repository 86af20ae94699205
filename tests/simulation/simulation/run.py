"""One seed: a storm, what the checker says of it, a calm in which all queues must empty.

Of a seed that fails, the steps are gone through again for the first at which the checker objects.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from checker.check import check
from simulation.city import City, Parts, rules
from simulation.clients import Client
from simulation.loop import SeededLoop
from simulation.plant import Plant
from simulation.storm import Storm
from simulation.world import Climate, World

STORM_SECONDS = 12.0
REST_WITHIN_SECONDS = 90.0
CASES = 3
STRIDE = 100
UNTIL_ALL_IS_DUE = timedelta(days=17)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first step at which the checker objects, what it says, and what happened until then."""

    step: int
    violations: Sequence[str]
    happened: Sequence[str]

    def __str__(self) -> str:
        return _listed(f"broken at step {self.step}:", self.violations, self.happened)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`digest` is the same for the same seed; `happened` are the last steps before the end.

    `counted` says how often each blow fell and each line was logged, `parked` how many messages
    waited for an operator, `skipped` how many of them were left out, `seen` how many events those
    were given who read along. `broken` is None where nothing failed, and where something is only
    missing in the end.
    """

    seed: int
    climate: Climate
    digest: int
    steps: int
    seconds: float
    events: int
    kills: int
    counted: Mapping[str, int]
    parked: int
    skipped: int
    seen: int
    types: frozenset[str]
    violations: Sequence[str]
    happened: Sequence[str]
    broken: Broken | None = None

    def __str__(self) -> str:
        ended = f"the end at step {self.steps}, digest {self.digest:08x}:"
        return "\n".join(
            [
                f"seed {self.seed}, {self.climate}",
                *([str(self.broken)] if self.broken else []),
                _listed(ended, self.violations, self.happened),
            ]
        )


def _listed(title: str, violations: Sequence[str], happened: Sequence[str]) -> str:
    said = [f"    {violation}" for violation in violations]
    return "\n".join(
        [f"  {title}", *said, "    the last steps:", *(f"      {h}" for h in happened)]
    )


def simulate(seed: int, parts: Parts = Parts()) -> Outcome:  # noqa: B008 - a value
    """Goes the same way whenever it is called; a run that failed is gone through again."""
    outcome, _ = _ran(seed, parts)
    return replace(outcome, broken=_traced(outcome, parts)) if outcome.violations else outcome


def _traced(outcome: Outcome, parts: Parts) -> Broken | None:
    """Looks after every so many steps, and then at each of the steps in which it must have been."""
    rough = first_objection(outcome.seed, range(STRIDE, outcome.steps, STRIDE), parts)
    end = rough.step if rough else outcome.steps
    start = max(end - STRIDE, 0) if rough else outcome.steps // STRIDE * STRIDE
    return first_objection(outcome.seed, range(start + 1, end + 1), parts) or rough


def first_objection(
    seed: int,
    steps: range,
    parts: Parts = Parts(),  # noqa: B008 - a value
) -> Broken | None:
    """What the checker says of the first of these steps to which it objects."""
    _, broken = _ran(seed, parts, steps)
    return broken


def _ran(seed: int, parts: Parts, steps: range = range(0)) -> tuple[Outcome, Broken | None]:
    """Whatever is left of the run in the end is ended too, so that nothing of it goes on."""
    loop = SeededLoop(seed)
    world = World(seed, loop)
    with world.observed():
        try:
            run = _Run(City(world, parts))
            run.look_at(steps)
            return loop.run_until_complete(run.whole()), run.broken
        finally:
            loop.watch = None
            loop.bury()
            loop.close()


class _Run:
    def __init__(self, city: City) -> None:
        self.city = city
        self.world = city.world
        self.plant = Plant(city)
        self.storm = Storm(self.plant)
        self.broken: Broken | None = None

    def look_at(self, steps: range) -> None:
        """Checks after each of these steps, until the checker objects."""
        loop = self.world.loop

        def look() -> None:
            if loop.steps not in steps:
                return
            if found := [*self._checked(settled=False), *self.plant.faults]:
                self.broken = Broken(loop.steps, found, list(self.world.happened))
                loop.watch = None

        loop.watch = look if steps else None

    async def whole(self) -> Outcome:
        self.plant.start()
        for database in self.city.databases.values():
            self.plant.background(database.read_along())
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
        databases = self.city.databases.values()
        return Outcome(
            seed=self.world.seed,
            climate=self.world.climate,
            digest=self.world.loop.digest,
            steps=self.world.loop.steps,
            seconds=self.world.loop.time(),
            events=sum(len(d.store.log) for d in databases),
            kills=len(self.plant.dead),
            counted=dict(self.world.counted),
            parked=sum(d.yard._ids for d in databases),
            skipped=sum(len(d.yard.skipped) for d in databases),
            seen=sum(len(d.seen) for d in databases),
            types=frozenset(e.type for d in databases for e in d.store.log),
            violations=violations,
            happened=list(self.world.happened),
        )
