"""A consumer that is a hundred times slower than it should be: the others do not notice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rig.audit import audit
from rig.crowd import all_opened, delays, entered, screened, told
from rig.handlers import Faults, Kind
from rig.rest import at_rest
from rig.size import sized
from rig.topics import GROUPS, lag_of
from rig.upkeep import failing
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

CASES = sized(20, 1000)
SLOW_SECONDS = 1.5
SLOW_GROUP = "analytics.log"
CAUGHT_UP_SECONDS = sized(60.0, 600.0)


@pytest.mark.timeout(sized(480, 1800))
async def test_while_one_service_is_slow_the_others_are_not_and_it_makes_up_for_it_afterwards(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(tmp_path / "faults")
    calm, stories = await entered(world, CASES), await entered(world, CASES)
    await at_rest(world)

    async with failing(world, "analytics", faults.settings) as slow:
        await screened(calm)
        await all_opened(calm)
        faults.arm(Kind.SLOW, seconds=SLOW_SECONDS)
        await screened(stories)
        await all_opened(stories)
        for group in GROUPS.keys() - {SLOW_GROUP}:
            await eventually(lambda g=group: _caught_up(world, g), f"{group} waits for another")
        behind = await lag_of(world, SLOW_GROUP)
        healthy = await slow.healthy()
        faults.mend(Kind.SLOW)
        await eventually(
            lambda: _caught_up(world, SLOW_GROUP), "it does not catch up", CAUGHT_UP_SECONDS
        )

    assert behind > 0
    assert healthy
    record_property("calm", told(await delays(calm)))
    record_property("beside a slow one", told(await delays(stories)))
    await at_rest(world)
    await audit(world)


async def _caught_up(world: World, group: str) -> bool:
    return await lag_of(world, group) == 0
