"""Members of a group that come and go all the time: nothing is lost, and things go forward."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest

from rig.audit import audit
from rig.crowd import all_opened, let_in
from rig.rest import at_rest
from rig.size import sized
from rig.tables import value
from rig.topics import lag
from rig.upkeep import Member, twin
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

STORM_SECONDS = sized(14.0, 300.0)
EVERY_SECONDS = 2.0
AT_ONCE = 3
"""So many live beside the one that stays; each second one is killed, the others are asked to go."""
PROGRESS_SECONDS, STEADY_SECONDS = sized((60.0, 60.0), (30.0, 10.0))
"""30 and 10 are promised, and two processors do everything; the report has the figures."""
_OPENED = "select count(*) from events where type = 'case.opened.v1'"


@pytest.mark.timeout(sized(480, 700))
async def test_while_members_come_and_go_every_two_seconds_all_cases_are_opened_once(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    await at_rest(world)
    async with (
        _progressing(world) as waits,
        let_in(world.patient, 0.2) as stories,
        _storm(world) as ended,
    ):
        await asyncio.sleep(STORM_SECONDS)
    began = time.monotonic()
    await eventually(lambda: _no_lag(world), "the group does not come to rest", STEADY_SECONDS)
    steady = time.monotonic() - began
    await all_opened(stories)
    record_property("members that came and went", len(ended))
    record_property("cases", len(stories))
    record_property("longest without progress", f"{max(waits):.1f} s")
    record_property("steady after", f"{steady:.1f} s")
    assert {True, False} == set(ended)

    await at_rest(world)
    await audit(world)


@asynccontextmanager
async def _storm(world: World) -> AsyncIterator[list[bool]]:
    """Starts a member every two seconds, and ends the oldest: killed, or asked to."""
    ended, over = list[bool](), asyncio.Event()

    async def end(old: Member) -> None:
        ended.append(killed := len(ended) % 2 == 0)
        await (old.process.kill() if killed else old.process.stop())

    async def rage() -> None:
        living = list[Member]()
        async with asyncio.TaskGroup() as ending:
            for number in count(2):
                if over.is_set():
                    break
                living.append(twin(world, "casefile", number=number))
                living[-1].process.start()
                if len(living) > AT_ONCE:
                    ending.create_task(end(living.pop(0)))
                await asyncio.sleep(EVERY_SECONDS)
            for one in living:
                ending.create_task(end(one))

    async with asyncio.TaskGroup() as raging:
        raging.create_task(rage())
        yield ended
        over.set()


@asynccontextmanager
async def _progressing(world: World) -> AsyncIterator[list[float]]:
    """Looks how long no case was opened, and holds it to the bound."""
    waits, over = [0.0], asyncio.Event()

    async def look() -> None:
        before, since = await value(world, "casefile", _OPENED), time.monotonic()
        while not over.is_set():
            now = await value(world, "casefile", _OPENED)
            waits.append(time.monotonic() - since)
            assert waits[-1] < PROGRESS_SECONDS, "no case was opened any more"
            if now > before:
                before, since = now, time.monotonic()
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as looking:
        looking.create_task(look())
        yield waits
        over.set()


async def _no_lag(world: World) -> bool:
    return await lag(world) == 0
