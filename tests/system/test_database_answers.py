"""A commit whose answer was lost is found again, by the service or by the caller's next try."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from rig.audit import audit
from rig.effects import Outcomes, written
from rig.proxy import Mode, Proxy, proxied
from rig.rest import at_rest
from rig.tables import value
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

AT_ONCE = 4
ROUNDS = 15
CUTS = 25
LONGEST_SECONDS = 0.03
APPENDS = b"append_v1"
SHARED = """select count(*) from (
    select xmin::text from events where metadata->>'actor' = $1
    group by xmin::text having count(*) > 1) batches"""

Record = Callable[[str, object], None]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxy(world: World) -> AsyncIterator[Proxy]:
    """Intake reaches its database by way of it."""
    async with (
        proxied(world.database("intake")) as between,
        world.instead("intake", {"LEIDRAAD_DATABASE_URL": between.url}),
    ):
        yield between
    await at_rest(world)
    await audit(world)


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
        sending = asyncio.gather(*map(outcomes.send, keys[first : first + AT_ONCE]))
        await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
        proxy.behave(mode)
        await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
        proxy.cut()
        proxy.behave(Mode.FORWARD)
        await sending

    found = await outcomes.settle(world, keys)
    assert await written(world, outcomes.caller) == {*keys}
    record_property("unknown", len(outcomes.unknown))
    record_property("unknown_but_written", found)
