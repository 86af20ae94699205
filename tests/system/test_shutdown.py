"""A process that is asked to end loses nothing."""

import asyncio
from uuid import UUID

import httpx
import pytest

from rig.audit import audit
from rig.caller import Caller
from rig.rest import at_rest
from rig.tables import value
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

WRITERS = 8
IDENTIFIED = "select count(*) from events where key = any($1) and version = 1"


async def test_a_service_asked_to_end_during_requests_loses_nothing_that_it_acknowledged(
    world: World,
) -> None:
    hospital = await world.hospital()
    acknowledged: list[UUID] = []
    process = world.stack.processes["intake", "all"]

    writing = [asyncio.create_task(_identify(hospital, acknowledged)) for _ in range(WRITERS)]
    await eventually(lambda: len(acknowledged) > 5 * WRITERS, "nothing is acknowledged")
    before = len(acknowledged)
    await world.stack.stop("intake")
    await asyncio.gather(*writing)
    await world.stack.start("intake")

    assert process.exit_code == 0
    assert len(acknowledged) > before
    assert await value(world, "intake", IDENTIFIED, acknowledged) == len(acknowledged)
    await at_rest(world)
    await audit(world)


async def _identify(hospital: Caller, acknowledged: list[UUID]) -> None:
    """Writes until the service is gone; every answer that comes is a good one."""
    while True:
        body = {"programme": "medical-incidents"}
        try:
            answer = await hospital.send("intake", "/v1/candidates", body)
        except httpx.TransportError:
            return
        assert answer.status_code == 201, answer.text
        acknowledged.append(UUID(answer.json()["id"]))
