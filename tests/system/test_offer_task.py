"""The task to offer: it begins with a possible calamity, and is told once its day is over."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from events.occurrence import civil_day
from rig.audit import audit
from rig.caller import Caller
from rig.overnight import seconds_left_today
from rig.rest import at_rest
from rig.story import Story, fact
from rig.world import PROGRAMME, World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

TASK = "deadlines/offer"
ALERT = "offer-overdue"
DESK = "Delivered-To: medical-incidents@example.org"


async def test_a_possible_calamity_of_which_nothing_came_is_told_to_the_desk_when_it_is_overdue(
    world: World,
) -> None:
    hospital = await world.hospital()
    overdue, offered = (Story.with_hospital(world, hospital) for _ in range(2))
    due_on = civil_day(datetime.now(UTC))
    found_on = due_on - timedelta(days=_days(world, due_on))

    for story in (overdue, offered):
        await _suspected(story, found_on)
        await _becomes(story, "open")
    await at_rest(world)
    task = await overdue.desk.read("scheduling", f"/v1/cases/{overdue.id}/{TASK}")
    assert await _own_tasks(hospital, due_on) == {overdue.id: "open", offered.id: "open"}
    assert await _own_tasks(await world.hospital(), due_on) == {}
    await offered.offer()
    await _becomes(offered, "met")
    assert await _alerts(overdue) == []
    async with world.instead("scheduling", {"LEIDRAAD_CLOCK_SHIFT": seconds_left_today()}):
        await eventually(lambda: _is_told(overdue), "nobody was told")

    assert task["dueOn"] == due_on.isoformat()
    assert [await _status(story) for story in (overdue, offered)] == ["missed", "met"]
    await at_rest(world)
    assert await _own_tasks(hospital, due_on) == {overdue.id: "missed", offered.id: "met"}
    assert await _alerts(offered) == []
    assert len(await _alerts(overdue)) == 1
    [mail] = overdue.mails
    assert DESK in mail
    await audit(world)


def _days(world: World, on: date) -> int:
    """That a hospital has for an offer."""
    definition = world.programmes.current(PROGRAMME, on)
    [days] = [deadline.days for deadline in definition.deadlines if deadline.policy == "offer"]
    assert days is not None
    return days


async def _suspected(story: Story, on: date) -> None:
    assert story.hospital is not None
    assessment = {"status": "possible-calamity"}
    body = fact(on.isoformat(), programme=story.programme, assessment=assessment)
    written = await story.hospital.write("intake", "/v1/candidates", body)
    story.id = UUID(written["id"])


async def _becomes(story: Story, status: str) -> None:
    async def is_so() -> bool:
        return await _status(story) == status

    await eventually(is_so, f"the task is not {status}")


async def _status(story: Story) -> str | None:
    answer = await story.desk.ask("scheduling", f"/v1/cases/{story.id}/{TASK}")
    return str(answer.json()["status"]) if answer.is_success else None


async def _own_tasks(hospital: Caller, due_on: date) -> dict[UUID, str]:
    """What a hospital finds that it is to do; all of it due on that day."""
    tasks = (await hospital.read("scheduling", "/v1/deadlines"))["items"]
    assert {(t["policy"], t["dueOn"]) for t in tasks} <= {("offer", due_on.isoformat())}
    return {UUID(task["caseId"]): task["status"] for task in tasks}


async def _is_told(story: Story) -> bool:
    return bool(story.mails) and await _alerts(story) == ["sent"]


async def _alerts(story: Story) -> list[str]:
    """What became of each alert."""
    answer = await story.desk.ask("notifications", f"/v1/cases/{story.id}/messages")
    messages = answer.json()["items"] if answer.is_success else []
    return [m["status"] for m in messages if m["template"] == ALERT]
