"""A step that a definition file has more: recorded, published, documented and counted as any."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from events.occurrence import civil_day
from rig.audit import audit
from rig.caller import Json, problem
from rig.figures import Figures
from rig.rest import at_rest
from rig.story import Story, fact
from rig.topics import of_key
from rig.world import ONE_STEP_MORE, World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

MILESTONE = "liability-mediated"
TYPE = f"leidraad.casefile.{MILESTONE}.v1"
STEP: Json = {"step": "mediated", "outcome": "agreed", "data": {"sittings": 3, "cost": 900}}
LAG_DAYS = 12


async def test_a_step_that_is_added_to_a_definition_goes_all_the_way_to_the_figures(
    world: World,
) -> None:
    story = await Story.of(world, ONE_STEP_MORE)
    today = civil_day(datetime.now(UTC))
    filed_on = (today - timedelta(days=LAG_DAYS)).isoformat()
    await story.accepted_referral()
    await story.opened()
    await story.assign()

    claim = await story.track("liability")
    early = await story.manager.send("casefile", _steps(story, claim), fact(filed_on, **STEP))
    await story.tell(f"tracks/{claim}/steps", filed_on, step="claim-filed")
    await story.tell(f"tracks/{claim}/steps", today.isoformat(), **STEP)

    assert problem(early) == (409, "step-missing")
    track = await story.manager.read("casefile", f"{story.case}/tracks/{claim}")
    assert (track["phase"], track["steps"][-1]["data"]) == ("mediated", STEP["data"])
    await at_rest(world)
    [event] = [e for e in await of_key(world, "casefile", story.id) if e.get_type() == TYPE]
    assert event.get_data() == {
        "track": "liability",
        "step": "mediated",
        "outcome": "agreed",
        "data": {"sittings": 3},
    }
    await _is_documented(world)
    await eventually(lambda: _is_counted(world), "no figure knows of the step")
    assert await _figures(world).days("liability-claim-filed", MILESTONE) == LAG_DAYS
    await audit(world)


def _steps(story: Story, claim: UUID) -> str:
    return f"{story.case}/tracks/{claim}/steps"


async def _is_documented(world: World) -> None:
    """In the document that is made of the same folder of definitions as the services read."""
    printing = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "programmes.asyncapi",
        env={"LEIDRAAD_PROGRAMMES": world.stack.settings["LEIDRAAD_PROGRAMMES"]},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await printing.communicate()
    document = orjson.loads(printed)
    data = document["components"]["schemas"][TYPE]["properties"]["data"]
    assert data["properties"].keys() == {"sittings"}
    assert TYPE in document["channels"]["casefile.events"]["messages"]


async def _is_counted(world: World) -> bool:
    found = await _figures(world).ask("tracks", track="liability")
    rows = {row["step"]: row for row in found["rows"]}
    if "mediated" not in rows:
        return False
    row = rows["mediated"]
    assert (row["milestone"], row["cases"]) == (MILESTONE, 1)
    assert row["outcomes"] == [{"outcome": "agreed", "cases": 1, "tracks": 1}]
    return True


def _figures(world: World) -> Figures:
    return Figures(world.caller("analyst"), ONE_STEP_MORE)
