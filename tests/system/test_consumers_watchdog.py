"""Consumers that live and do nothing: blocked, deaf, without a coordinator, or held up."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dev.kafka import administering
from rig.audit import audit
from rig.crowd import all_opened, entered, screened
from rig.handlers import Faults, Kind
from rig.parked import Parked
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.upkeep import Member, failing, twin
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

BLOCKED_SECONDS, CASES = sized((15, 12), (40, 200))
SERVICES = ("casefile", "scheduling", "notifications")
WATCHED_SECONDS = sized(120, 60)
"""60 are promised, and two processors do everything here; the report has the figure."""
RENEWED = "leidraad_consumer_renewed_total"


@pytest.mark.timeout(sized(480, 400))
async def test_a_member_whose_event_loop_is_blocked_is_replaced_and_comes_back_by_itself(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(tmp_path / "faults")
    before, after = await entered(world, CASES), await entered(world, CASES)
    await at_rest(world)

    async with failing(world, "casefile", faults.settings) as first:
        second = twin(world, "casefile")
        await second.start()
        await eventually(lambda: _members(world, 2), "there are not two members")
        faults.arm(Kind.BLOCK, before[0].id, BLOCKED_SECONDS)
        await screened(before)
        began = time.monotonic()
        await eventually(lambda: _members(world, 1), "the blocked member was not thrown out")
        record_property("thrown out after", f"{time.monotonic() - began:.1f} s")
        await all_opened(before, WATCHED_SECONDS)
        record_property("all opened after", f"{time.monotonic() - began:.1f} s")
        await eventually(lambda: _members(world, 2), "it did not come back", WATCHED_SECONDS)
        record_property("back after", f"{time.monotonic() - began:.1f} s")
        await screened(after)
        await all_opened(after, WATCHED_SECONDS)
        assert not first.deaths
        assert first.process.running
        assert second.process.running

    await at_rest(world)
    await audit(world)


@pytest.mark.timeout(sized(600, 400))
async def test_members_that_stand_still_are_made_anew_and_a_handler_that_hangs_is_parked(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    story, other = await entered(world, 2)
    await at_rest(world)
    faults = {service: Faults(tmp_path / service) for service in SERVICES}
    async with AsyncExitStack() as stack:
        contexts = (failing(world, service, faults[service].settings) for service in SERVICES)
        started = await asyncio.gather(*map(stack.enter_async_context, contexts))
        members = dict(zip(SERVICES, started, strict=True))
        faults["notifications"].arm(Kind.HANG, story.id)
        await screened([story])
        await eventually(lambda: _has_deadline(story), "no deadline was set")
        await _fail(faults["casefile"], Kind.DEAF, "casefile.referrals")
        await _fail(faults["scheduling"], Kind.LOST, "scheduling.deadlines")

        began = time.monotonic()
        await screened([other])
        await all_opened([other], WATCHED_SECONDS)
        record_property("a deaf member was replaced after", f"{time.monotonic() - began:.1f} s")
        assert await members["casefile"].metric(RENEWED, group="casefile.referrals") == 1
        assert members["casefile"].logged("consumer.ended")[-1]["reason"] == "stalled"
        await eventually(lambda: _renewed(members["scheduling"]), "it was not made anew")
        record_property("a lost coordinator was noticed", f"{time.monotonic() - began:.1f} s")

        parked = Parked(world.caller("operator"), "notifications", story.id)
        await eventually(lambda: parked.waiting(1, "timeout-error"), "it was not parked")
        await eventually(lambda: _mailed(other), "the other did not get its mail")
        assert not story.mails
        faults["notifications"].mend(Kind.HANG, story.id)
        await parked.retry()
        await eventually(parked.free, "what waited was not handled")

    await at_rest(world)
    assert len(story.mails) == len(other.mails) == 1
    await audit(world)


async def _fail(faults: Faults, kind: Kind, group: str) -> None:
    faults.arm(kind, group)
    await eventually(lambda: not faults.armed(kind, group), "the member did not fail")


async def _has_deadline(story: Story) -> bool:
    path = f"{story.case}/deadlines/first-contact"
    return (await story.desk.ask("scheduling", path)).is_success


async def _renewed(member: Member) -> bool:
    return await member.metric(RENEWED) == 1 and await member.healthy()


async def _members(world: World, number: int) -> bool:
    """Whether the group of the referrals has so many members, as its coordinator sees it."""
    async with administering(world.stack.servers.kafka) as admin:
        [answer] = await admin.describe_consumer_groups(["casefile.referrals"])
    [group] = answer.groups
    return len(group[5]) == number


async def _mailed(story: Story) -> bool:
    return bool(story.mails)
