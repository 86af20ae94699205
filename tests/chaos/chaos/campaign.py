"""One campaign from beginning to end: warm up, faults, calm, and the verdict."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx

from chaos import verdict
from chaos.client import Tally
from chaos.load import Load
from chaos.plan import Plan
from chaos.pulse import Pulse
from chaos.striker import Striker
from chaos.supervisor import Supervisor
from chaos.timeline import Timeline
from checker.evidence import Evidence
from checker.services import rules
from dev.failure import NotStarted
from dev.stack import FREE, stack
from programmes.loader import SHIPPED, load
from rig.evidence import gather
from rig.reader import caught_up, reading_along
from rig.rest import at_rest
from rig.world import PROGRAMME, World, define, eventually

TESTS = Path(__file__).parents[2]
CONNECTIONS = 100
WARM_SECONDS = 5.0
ANSWERED_SECONDS = 60.0
REST_SECONDS = 600.0
"""Long enough on a slow machine: what is not at rest by then stands still."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a campaign was and what came of it: sentences, none if all went well.

    `violations` are of the promises, by the checker; `remarks` what else was not as it should be:
    requests without an answer, what was left over, faults that met nobody.
    """

    plan: Plan
    timeline: Timeline
    tally: Tally
    evidence: Evidence
    seconds: Mapping[str, float]
    """How long the faults lasted, and from their end until all queues were empty."""
    violations: Sequence[str]
    remarks: Sequence[str]

    @property
    def failures(self) -> Sequence[str]:
        return [*self.violations, *self.remarks]


@asynccontextmanager
async def world(folder: Path, say: Say) -> AsyncIterator[World]:
    """Servers of our own, databases and topics, users; the services are for the supervisor."""
    programmes = folder / "programmes"
    programmes.mkdir()
    define(SHIPPED, programmes)
    paths = [str(TESTS / "system"), str(TESTS / "checker"), os.environ.get("PYTHONPATH", "")]
    settings = {
        "LEIDRAAD_PROGRAMMES": str(programmes),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with (
        stack(
            "chaos",
            ports=FREE,
            environment="test",
            durable=False,
            kinds=(),
            settings=settings,
            say=say,
        ) as started,
        httpx.AsyncClient(timeout=30, trust_env=False, limits=limits) as client,
    ):
        known = load(programmes)
        yield World(stack=started, client=client, programmes=known, rules=rules(known))


class Campaign:
    def __init__(self, whole: World, plan: Plan, say: Say) -> None:
        self.world = whole
        self.plan = plan
        self._say = say
        self._timeline = Timeline()
        armed = whole.stack.folder / "armed"
        self._supervisor = Supervisor(whole, self._timeline, armed)
        self._striker = Striker(whole, self._supervisor, self._timeline)
        self._load = Load(world=whole, timeline=self._timeline, seed=plan.seed, rate=plan.rate)
        self._pulses = [
            Pulse(world=whole, service=service, timeline=self._timeline)
            for service in whole.stack.ports
        ]

    @asynccontextmanager
    async def played(self) -> AsyncIterator[Outcome]:
        """The system is up, at rest, and kept so as long as the outcome is looked at."""
        async with (
            self._supervisor.running(),
            reading_along(self.world),
            asyncio.TaskGroup() as feeling,
        ):
            await self.world.register("desk", PROGRAMME, "Desk", "desk@example.org")
            pulses = [feeling.create_task(pulse.feel()) for pulse in self._pulses]
            try:
                yield await self._whole()
            finally:
                self._load.stop()
            for pulse in pulses:
                pulse.cancel()

    async def _whole(self) -> Outcome:
        await self._load.begin()
        await asyncio.sleep(WARM_SECONDS)
        self._say(f"{len(self.plan.faults)} faults, seed {self.plan.seed}")
        began = monotonic()
        await self._striker.play(self.plan)
        over = monotonic()
        self._say(f"calm after {over - began:.0f} s; waiting until all is answered and at rest")
        remarks = await self._load.end(ANSWERED_SECONDS)
        remarks += await self._rested()
        rested = monotonic()
        self._say(f"at rest after {rested - over:.1f} s; looking at what is left")
        await caught_up(self.world)
        disturbed = self._timeline.mailing_disturbed()
        evidence = await gather(self.world, self.world.ledger.exchanges, self.world.seen, disturbed)
        remarks += await verdict.left_over(self.world)
        remarks += verdict.unplayed(self._timeline)
        remarks += self._load.tally.unexpected
        return Outcome(
            plan=self.plan,
            timeline=self._timeline,
            tally=self._load.tally,
            evidence=evidence,
            seconds={"faults": over - began, "until all queues were empty": rested - over},
            violations=verdict.broken(self.world, evidence),
            remarks=remarks,
        )

    async def _rested(self) -> list[str]:
        """Work that waits for its next try or for the end of a lease is under way, too."""
        try:
            await eventually(self._nothing_due, "durable work is not done", REST_SECONDS)
            await at_rest(self.world, REST_SECONDS)
            await eventually(self._all_answer, "not every process is ready")
        except NotStarted as failure:
            return [str(failure), *await verdict.undone(self.world)]
        return []

    async def _all_answer(self) -> bool:
        return all([await self._supervisor.answers(name) for name in self._supervisor.kept])

    async def _nothing_due(self) -> bool:
        return not await verdict.undone(self.world)
