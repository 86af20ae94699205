"""What a consumer does when it dies, when its broker goes, and when a part of it ends by itself."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rig.audit import audit
from rig.crowd import all_opened, entered, let_in, opened_of, screened
from rig.handlers import Faults, Kind
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.topics import lag
from rig.upkeep import Member, failing, kept, running
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

RESTARTS, CASES = sized((2, 12), (50, 200))
PROGRESS_SECONDS = 60.0
GONE_SECONDS = sized(40.0, 10.0)
"""10 are promised, and two processors do everything here; the report has the figure."""
UNWELL_SECONDS = 60.0


@pytest.mark.timeout(sized(480, 300))
async def test_the_lag_is_gone_soon_after_a_killed_consumer_is_started_again(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    stories = await entered(world, CASES)
    await at_rest(world)
    member = running(world, "casefile")
    async with kept(member), asyncio.TaskGroup() as tasks:
        tasks.create_task(screened(stories))
        await eventually(lambda: _some_opened(stories), "no case is opened")
        await member.struck(signal.SIGKILL)
        await eventually(member.healthy, "it does not come back")
        began = time.monotonic()
    await eventually(lambda: _no_lag(world), "the lag stays", GONE_SECONDS)
    record_property("lag gone after", f"{time.monotonic() - began:.1f} s")
    await all_opened(stories)

    await at_rest(world)
    await audit(world)


@pytest.mark.timeout(sized(600, 1800))
async def test_brokers_that_restart_under_load_leave_nobody_without_progress(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    broker = world.stack.servers.broker
    assert broker is not None
    waits = list[float]()
    async with let_in(world.busy, 0.1) as stories:
        for number in range(RESTARTS):
            await (broker.kill() if number % 2 else broker.stop())
            await broker.start()
            began, before = time.monotonic(), len(stories)
            await eventually(lambda b=before: len(stories) > b, "no more is told")
            await all_opened(stories[: before + 1], PROGRESS_SECONDS)
            waits.append(time.monotonic() - began)
    record_property("first case after a restart", [f"{seconds:.1f} s" for seconds in waits])
    await all_opened(stories)

    await at_rest(world)
    await audit(world)


@pytest.mark.timeout(300)
async def test_without_a_broker_a_consumer_is_unwell_and_its_api_is_not_until_it_is_back(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    broker = world.stack.servers.broker
    assert broker is not None
    [story] = await entered(world, 1)
    await at_rest(world)
    member = running(world, "casefile")
    await eventually(member.healthy, "it is not well")
    await broker.stop()
    try:
        began = time.monotonic()
        await eventually(lambda: _unwell(member), "nobody noticed", UNWELL_SECONDS)
        record_property("unwell after", f"{time.monotonic() - began:.1f} s")
        assert member.process.running
        api = await world.client.get(f"{world.stack.url('casefile')}/readyz")
        assert api.is_success
    finally:
        await broker.start()
    began = time.monotonic()
    await screened([story])
    await all_opened([story], PROGRESS_SECONDS)
    await eventually(member.healthy, "it stays unwell", PROGRESS_SECONDS)
    record_property("well again after", f"{time.monotonic() - began:.1f} s")
    assert member.process.running

    await at_rest(world)
    await audit(world)


async def test_a_part_that_ends_by_itself_ends_its_process_which_is_started_again(
    world: World, tmp_path: Path
) -> None:
    faults = Faults(tmp_path / "faults")
    [story] = await entered(world, 1)
    await at_rest(world)
    async with failing(world, "casefile", faults.settings) as member:
        faults.arm(Kind.ENDED, "casefile.referrals")
        await eventually(lambda: not member.process.running, "the process lives on")
        assert member.process.exit_code == 1
        assert member.logged("process.failed")[-1]["error"] == "Ended"
        async with kept(member):
            await screened([story])
            await all_opened([story])

    await at_rest(world)
    await audit(world)


async def _some_opened(stories: Sequence[Story]) -> bool:
    return bool(await opened_of(stories))


async def _unwell(member: Member) -> bool:
    return not await member.healthy()


async def _no_lag(world: World) -> bool:
    return await lag(world) == 0
