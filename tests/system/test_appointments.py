"""An appointment from its plan to a withdrawal, through the services that hear of it."""

import pytest

from rig.caller import Json, problem
from rig.story import Story, talk
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

SUPPORT: Json = {"consent": "support", "form": "written", "scopes": ["whole-service"]}


async def test_a_withdrawn_consent_calls_off_the_appointments_to_come(world: World) -> None:
    story = await Story.of(world.patient)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    await eventually(lambda: _may_plan(story), "the case is not open to its case manager")
    await story.tell("consents", **SUPPORT)

    place = f"{story.case}/appointments"
    planned = await story.manager.write("scheduling", place, talk(days=10))
    first = f"{place}/{planned['id']}"
    await story.manager.write("scheduling", f"{first}/confirmations", {"participant": "board"})
    [listed] = await _listed(story)
    await story.tell("consent-withdrawals", consent="support", by=story.desk)
    await eventually(lambda: _is(story, first, "cancelled"), "it was not called off")

    assert (listed["id"], listed["status"]) == (planned["id"], "confirmed")
    called_off = await story.desk.read("scheduling", first)
    assert (called_off["cancelledBy"], called_off["noticeHours"]) == ("consent-withdrawn", 239)
    refused = await story.desk.send("scheduling", place, talk(days=20) | _of(story))
    assert problem(refused) == (409, "appointments-stopped")
    assert problem(await story.manager.ask("scheduling", first)) == (404, "not-found")
    assert await _listed(story) == []
    await eventually(lambda: _counted(story), "analytics does not count it")


def _of(story: Story) -> Json:
    return {"caseManager": str(story.manager.id)}


async def _may_plan(story: Story) -> bool:
    return (await story.manager.ask("scheduling", f"{story.case}/appointments")).is_success


async def _is(story: Story, path: str, status: str) -> bool:
    found = await story.desk.read("scheduling", path)
    return bool(found["status"] == status)


async def _listed(story: Story) -> list[Json]:
    """Those that the case manager sees, as far as the view has come by now."""
    seen = await story.desk.ask_until_answered("scheduling", f"{story.case}/appointments")
    position = {"minPosition": seen.headers["leidraad-position"]}
    found = await story.manager.read("scheduling", "/v1/appointments", position)
    return list(found["items"])


async def _counted(story: Story) -> bool:
    found = await story.world.caller("analyst").read(
        "analytics",
        "/v1/figures/shares",
        {"among": "appointment-planned", "of": "appointment-cancelled.by=consent-withdrawn"},
    )
    return bool(found["yes"])
