"""A commit whose answer was lost is found again, by the service or by the caller's next try."""

import asyncio
import random
from collections.abc import Callable

import pytest

from rig.effects import Outcomes, written
from rig.proxy import Mode, Proxy
from rig.tables import value
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

AT_ONCE = 4
ROUNDS = 15
CUTS = 25
LONGEST_SECONDS = 0.02
LATE = 20
APPENDS = b"append_v1"
SHARED = """select count(*) from (
    select xmin::text from events where metadata->>'actor' = $1
    group by xmin::text having count(*) > 1) batches"""

Record = Callable[[str, object], None]


async def test_a_commit_whose_answer_is_lost_is_a_success_for_each_set_of_the_batch(
    world: World, proxy: Proxy
) -> None:
    outcomes = Outcomes(world.caller("desk"))
    await outcomes.send("first")
    keys = [[f"lost-{turn}-{number}" for number in range(AT_ONCE)] for turn in range(ROUNDS)]

    for together in keys:
        proxy.behave(Mode.CUT, names=APPENDS)
        await asyncio.gather(*map(outcomes.send, together))

    assert proxy.mode is Mode.FORWARD
    assert not outcomes.unknown
    assert len(await written(world, outcomes.caller)) == 1 + ROUNDS * AT_ONCE
    assert await value(world, "intake", SHARED, str(outcomes.caller.id)) > 0
    await outcomes.settle(world, [key for together in keys for key in together])
    assert len(await written(world, outcomes.caller)) == 1 + ROUNDS * AT_ONCE


@pytest.mark.parametrize("mode", [Mode.FORWARD, Mode.SWALLOW])
async def test_connections_that_are_cut_at_any_instant_leave_each_request_done_once_or_to_be_done(
    world: World, proxy: Proxy, mode: Mode, record_property: Record
) -> None:
    outcomes, chance = Outcomes(world.caller("desk")), random.Random(20201201)  # noqa: S311
    keys = [f"cut-{number}" for number in range(CUTS * AT_ONCE)]

    for first in range(0, len(keys), AT_ONCE):
        await outcomes.send(f"warm-{first}")
        sending = asyncio.gather(*map(outcomes.send, keys[first : first + AT_ONCE]))
        await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
        proxy.behave(mode)
        await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
        proxy.cut()
        proxy.behave(Mode.FORWARD)
        await sending

    found = await outcomes.settle(world, keys)
    assert await written(world, outcomes.caller) >= {*keys}
    record_property("unknown", len(outcomes.unknown))
    record_property("unknown_but_written", found)


async def test_a_commit_of_which_nobody_heard_is_found_when_it_is_asked_for_again(
    world: World, proxy: Proxy, record_property: Record
) -> None:
    outcomes = Outcomes(world.caller("desk"))
    await outcomes.send("before")
    keys = [f"late-{number}" for number in range(LATE)]

    proxy.behave(Mode.SWALLOW, names=APPENDS)
    await asyncio.gather(*map(outcomes.send, keys))
    proxy.cut()
    proxy.behave(Mode.FORWARD)

    assert outcomes.unknown == {*keys}
    found = await outcomes.settle(world, keys)
    assert found > 0
    assert await written(world, outcomes.caller) == {"before", *keys}
    record_property("unknown_but_written", found)
