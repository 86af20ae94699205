"""What is away for a while: the broker, or the relay that leads."""

import asyncio

import pytest

from dev.port import LOOPBACK
from rig.audit import audit, first_deliveries
from rig.rest import at_rest
from rig.story import Story
from rig.tables import value
from rig.topics import of_key
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

LEADS = """select count(*) from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and granted and datname = 'intake'"""
UNPUBLISHED = "select max(h.position) - max(r.position) from log_head h, relay r"


async def test_while_the_broker_is_away_commands_are_taken_and_published_in_order_afterwards(
    world: World,
) -> None:
    broker = world.stack.servers.broker
    assert broker is not None
    hospital = await world.hospital()
    stories = [Story.with_hospital(world, hospital) for _ in range(5)]

    await broker.stop()
    try:
        await asyncio.gather(*(story.accepted_referral() for story in stories))
        for service in world.stack.ports:
            assert (await world.client.get(f"{world.stack.url(service)}/readyz")).is_success
        assert await value(world, "intake", UNPUBLISHED) > 0
    finally:
        await broker.start()

    await asyncio.gather(*(story.opened() for story in stories))
    await at_rest(world)
    await audit(world)
    for story in stories:
        sent = first_deliveries(await of_key(world, "intake", story.id))
        types = [str(event.get_type()).split(".")[2] for event in sent]
        assert types[:2] == ["candidate-identified", "offer-made"]
        assert types[-1] == "referral-accepted"


async def test_of_two_relays_one_publishes_and_the_other_takes_over_when_it_is_killed(
    world: World,
) -> None:
    hospital = await world.hospital()
    first, second = (Story.with_hospital(world, hospital) for _ in range(2))
    await world.stack.stop("intake")
    leads = await world.stack.start("intake", "relay")
    await eventually(lambda: _somebody_leads(world), "no relay leads")
    try:
        await world.stack.start("intake")
        await first.accepted_referral()
        await first.opened()
        assert await value(world, "intake", LEADS) == 1
        assert await _published(world, "relay") > 0
        assert await _published(world, "all") == 0
        await leads.kill()
        await second.accepted_referral()
        await second.opened()
        assert await _published(world, "all") > 0
        assert await value(world, "intake", LEADS) == 1
    finally:
        await world.stack.stop("intake", "relay")

    await at_rest(world)
    await audit(world)


async def _somebody_leads(world: World) -> bool:
    return bool(await value(world, "intake", LEADS))


async def _published(world: World, kind: str) -> float:
    """How many events a process says that it has published."""
    port = world.stack.metrics["intake", kind]
    text = (await world.client.get(f"http://{LOOPBACK}:{port}/metrics")).text
    name = 'leidraad_relay_published_total{service="intake"} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if name in line)
