"""Messages that cannot be handled: they park their key, until an operator decides."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.broker import PARTITIONS, Message, partition_of
from events.parking import event_of
from rig.audit import audit
from rig.caller import Json, problem
from rig.handlers import Faults, Kind
from rig.parked import Parked
from rig.rest import at_rest
from rig.story import Story
from rig.tables import rows, value
from rig.topics import messages, send
from rig.world import World, eventually, never

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

UNREADABLE = "leidraad.intake.referral-accepted.v1"
WAITS = 7
"""The bad message, the five criteria that were assessed, and that the referral was accepted."""


async def test_an_unreadable_message_parks_its_key_alone_until_it_is_skipped_for_a_reason(
    world: World,
) -> None:
    operator = world.caller("operator")
    stuck, other = await _on_one_partition(world)
    cases = Parked(operator, "casefile", stuck.id)
    figures = Parked(operator, "analytics", stuck.id)

    strange = await _unreadable(world, stuck)
    await send(world, strange)
    await stuck.screen()
    await other.screen()

    await other.opened()
    for parked in (cases, figures):
        await eventually(lambda p=parked: p.waiting(WAITS, "unreadable"), "it was not parked")
    assert not await _is_open(stuck)
    await _others_may_not(world, cases)
    await cases.retry()
    await eventually(lambda: cases.waiting(WAITS, "unreadable"), "the retry did not fail")
    for parked in (cases, figures):
        assert problem(await parked.skip("not-ours", behind=1)) == (409, "moved-on")
        assert (await parked.skip("not-ours")).is_success
        await eventually(parked.free, "what waited was not handled")
    await stuck.opened()
    for service in ("casefile", "analytics"):
        assert await _skipped_for(world, service, stuck.id) == [(event_of(strange), "not-ours")]
    kept = [row["position"] for row in await rows(world, "analytics", _KEPT, stuck.id)]
    assert len(kept) > WAITS
    assert kept == sorted(kept)
    await at_rest(world)
    await audit(world)


async def test_a_key_whose_handler_fails_waits_in_order_and_is_retried_when_it_is_mended(
    world: World, tmp_path: Path
) -> None:
    faults = Faults(tmp_path / "faults")
    stuck, other = await _on_one_partition(world)
    faults.arm(Kind.THROW, stuck.id)
    parked = Parked(world.caller("operator"), "casefile", stuck.id)

    async with world.instead("casefile", faults.settings):
        await stuck.screen()
        await other.screen()
        await other.opened()
        await eventually(lambda: parked.waiting(WAITS - 1, "fault"), "it was not parked")
        await parked.retry()
        await eventually(lambda: parked.waiting(WAITS - 1, "fault"), "the retry did not fail")
        assert not await _is_open(stuck)
        faults.mend(Kind.THROW, stuck.id)
        await parked.retry()
        await eventually(parked.free, "what waited was not handled")
        await stuck.opened()

    assert await value(world, "casefile", _OPENED, stuck.id) == 1
    await at_rest(world)
    await audit(world)


_KEPT = """select (data->>'position')::bigint as position from events
    where key = $1 and data->>'source' = 'intake' order by events.position"""
_SKIPPED = "select message, reason from skipped_messages where key = $1"
_OPENED = "select count(*) from events where key = $1 and type = 'case.opened.v1'"


async def _on_one_partition(world: World) -> tuple[Story, Story]:
    """Two referrals that wait for the desk; what becomes of them stands on the same partition."""
    hospital = await world.hospital()
    by_partition: dict[int, Story] = {}
    while True:
        story = Story.with_hospital(world, hospital)
        place = partition_of(str(await story.identify()).encode(), PARTITIONS)
        if first := by_partition.get(place):
            break
        by_partition[place] = story
    for one in (first, story):
        await one.offer()
        await one.accept()
        await one.refer()
    await at_rest(world)
    return first, story


async def _unreadable(world: World, story: Story) -> Message:
    """One of a registered type and of this key, without what the type must have."""
    key = str(story.id).encode()
    model = next(m for m in await messages(world, "intake") if m.key == key)
    id_ = str(uuid4())
    world.foreign.add(id_)
    changed = {"ce_id": id_, "ce_type": UNREADABLE}
    headers = [(name, changed.get(name, value.decode()).encode()) for name, value in model.headers]
    return replace(model, headers=headers, value=b"{}")


_SKIP: Json = {"message": 1, "reason": "not-ours"}


async def _others_may_not(world: World, parked: Parked) -> None:
    for role in ("desk", "case-manager", "team-lead", "analyst", "service"):
        caller, path = world.caller(role), await parked.path()
        for answer in (
            await caller.ask(parked.service, "/v1/parked-keys"),
            await caller.send(parked.service, f"{path}/retries", {}),
            await caller.send(parked.service, f"{path}/skips", _SKIP),
        ):
            assert problem(answer)[0] == 403
    assert await never(lambda: _moved(parked), 0.5)


async def _moved(parked: Parked) -> bool:
    return not await parked.waiting(WAITS, "unreadable")


async def _is_open(story: Story) -> bool:
    return (await story.desk.ask("casefile", story.case)).is_success


async def _skipped_for(world: World, service: str, key: UUID) -> list[tuple[UUID, str]]:
    return [tuple(row) for row in await rows(world, service, _SKIPPED, key)]
