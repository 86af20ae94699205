"""Keys are parked, driven on and freed while messages arrive and members die: order is kept."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import pytest

from events.broker import Message
from rig.audit import audit
from rig.handlers import Faults, Kind
from rig.parked import Parked
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.tables import connected, rows, value
from rig.topics import messages, send
from rig.upkeep import CONSUME, Member, apart, kept, twin
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

KEYS, ROUNDS = sized((3, 1), (12, 10))
CALM_SECONDS = 8.0
"""After each strike: a handler that fails is tried five times only by a member that lasts."""
WAITING = 5
SLOW = 0.05
"""A drain takes its time, so that processes die in the middle of it."""
UNREADABLE = {"ce_type": b"leidraad.casefile.weather-observed.v1", "ce_sequence": b"-"}
"""For analytics, which reads all types; the others pass over one that they do not know."""

_HALVES = """select
    (select count(*) from parked_messages m where not exists (select from parked_keys k
        where (k.consumer, k.topic, k.key) = (m.consumer, m.topic, m.key)))
    + (select count(*) from parked_keys k where not exists (select from parked_messages m
        where (k.consumer, k.topic, k.key) = (m.consumer, m.topic, m.key)))"""
_LEFT = """select (select count(*) from parked_keys) + (select count(*) from parked_messages)
    + (select count(*) from tries)"""
_KEPT = """select (data->>'position')::bigint as position from events
    where key = $1 and data->>'source' = 'casefile' order by events.position"""
_LOGGED = "select count(*) from events where key = $1 and type = 'journal.activity-logged.v1'"
_SKIPPED = """select count(distinct (partition, message_offset)) from skipped_messages
    where key = any($1) and reason = 'poison'"""


@dataclass
class Course:
    """What went on: how often a key was parked, and how many it was asked to leave out."""

    world: World
    faults: Faults
    model: Message
    parked: Parked
    turn: int
    """Every other course begins with poison, and those between with a handler that fails."""
    asked: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        for number in range(ROUNDS):
            if (number + self.turn) % 2:
                await self._parked_by(self._poison())
            else:
                self.faults.arm(Kind.THROW, self.parked.key)
                await self._parked_by(None)
                self.faults.mend(Kind.THROW, self.parked.key)
            await self._drive_on()

    def _poison(self) -> Message:
        id_ = str(uuid4())
        self.world.foreign.add(id_)
        changed = {"ce_id": id_.encode(), **UNREADABLE}
        headers = [(name, changed.get(name, value)) for name, value in self.model.headers]
        self.asked["poison"] += 1
        return replace(self.model, headers=headers, value=b"{}")

    async def _parked_by(self, poison: Message | None) -> None:
        if poison:
            await send(self.world, poison)

        async def waits() -> bool:
            seen = await self.parked.seen()
            return seen is not None and seen["messages"] >= WAITING

        await eventually(waits, "the key was not parked")

    async def _drive_on(self) -> None:
        """Asks for what is sensible, again and again, until nothing waits."""
        while seen := await self.parked.seen():
            if seen["request"] == "none":
                unreadable = seen["reason"] == "unreadable"
                ask = self.parked.try_to_skip("poison") if unreadable else self.parked.try_again()
                self.asked["skip" if unreadable else "retry"] += await ask
            await asyncio.sleep(0.05)


@pytest.mark.timeout(sized(900, 1800))
async def test_keys_parked_and_driven_on_under_arrivals_deaths_and_rebalances_keep_their_order(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(tmp_path / "faults")
    stories = await _assigned(world.patient)
    chance = random.Random(8)  # noqa: S311 - only spreads
    operator = world.patient.caller("operator")
    models = {m.key: m for m in await messages(world, "casefile")}

    async with apart(world, "analytics", faults.settings) as first:
        second = twin(world, "analytics", CONSUME)
        await second.start()
        for story in stories:
            faults.arm(Kind.SLOW, story.id, SLOW)
        courses = [
            Course(
                world=world,
                faults=faults,
                model=models[str(story.id).encode()],
                parked=Parked(operator, "analytics", story.id, topic="casefile.events"),
                turn=turn,
            )
            for turn, story in enumerate(stories)
        ]
        async with (
            kept(first, second),
            _always_whole(world),
            _arriving(stories) as logged,
            _struck([first, second], chance),
        ):
            await asyncio.gather(*(course.run() for course in courses))
        for story in stories:
            faults.mend(Kind.SLOW, story.id)
        await at_rest(world)
        deaths = len(first.deaths) + len(second.deaths)

    asked = sum((course.asked for course in courses), Counter[str]())
    record_property("deaths", deaths)
    record_property("asked", dict(asked))
    assert deaths > 0
    assert await value(world, "analytics", _LEFT) == 0
    ids = [story.id for story in stories]
    assert await value(world, "analytics", _SKIPPED, ids) == asked["poison"] <= asked["skip"]
    for story in stories:
        kept_ = [row["position"] for row in await rows(world, "analytics", _KEPT, story.id)]
        assert kept_ == sorted(set(kept_))
        assert await value(world, "casefile", _LOGGED, story.id) == logged[story.id]
    await audit(world)


async def _assigned(world: World) -> list[Story]:
    stories = [Story.with_hospital(world, None) for _ in range(KEYS)]
    for story in stories:
        await story.enter()
        await story.screen()
        await story.opened()
        await story.assign()
    await at_rest(world)
    return stories


@asynccontextmanager
async def _arriving(stories: list[Story]) -> AsyncIterator[Counter[object]]:
    """All the while something is told of each case."""
    logged = Counter[object]()
    over = asyncio.Event()

    async def tell(story: Story) -> None:
        while not over.is_set():
            await story.log((10, 0, 5))
            logged[story.id] += 1
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as telling:
        for story in stories:
            telling.create_task(tell(story))
        yield logged
        over.set()


@asynccontextmanager
async def _struck(members: list[Member], chance: random.Random) -> AsyncIterator[None]:
    """Now and then a member is killed, or asked to end; who keeps it up starts it again."""
    over = asyncio.Event()

    async def strike() -> None:
        ways = cycle([signal.SIGKILL, signal.SIGTERM])
        while not over.is_set():
            member = chance.choice(members)
            await member.struck(next(ways))
            await eventually(member.healthy, "it does not come back")
            await asyncio.sleep(CALM_SECONDS)

    async with asyncio.TaskGroup() as striking:
        striking.create_task(strike())
        yield
        over.set()


@asynccontextmanager
async def _always_whole(world: World) -> AsyncIterator[None]:
    """A key's row is there as long as something waits behind it, and no longer."""
    over = asyncio.Event()

    async def look() -> None:
        async with connected(world, "analytics") as connection:
            while not over.is_set():
                assert await connection.fetchval(_HALVES) == 0
                await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as looking:
        looking.create_task(look())
        yield
        over.set()
