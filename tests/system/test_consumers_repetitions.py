"""Topics that carry each message up to five times: what follows from it follows once."""

from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from rig.audit import audit
from rig.crowd import all_opened, entered, screened
from rig.handlers import Faults, Kind
from rig.rest import at_rest
from rig.size import sized
from rig.topics import PUBLISHING, messages
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

CASES = sized(8, 600)
COPIES = 5


@pytest.mark.timeout(sized(480, 1800))
async def test_messages_that_lie_on_a_topic_up_to_five_times_have_one_effect(
    world: World, tmp_path: Path
) -> None:
    faults = Faults(tmp_path / "faults")
    await at_rest(world)

    async with AsyncExitStack() as stack:
        for service in PUBLISHING:
            await stack.enter_async_context(world.instead(service, faults.settings))
        faults.arm(Kind.COPIES, seconds=COPIES)
        stories = await entered(world, CASES)
        await screened(stories)
        await all_opened(stories)
        await at_rest(world)

    keys = {str(story.id).encode() for story in stories}
    sent = [m for m in await messages(world, *PUBLISHING) if m.key in keys]
    copies = Counter(dict(message.headers)["ce_id"] for message in sent)
    assert {*copies.values()} == set(range(1, COPIES + 1))
    await at_rest(world)
    await audit(world)
