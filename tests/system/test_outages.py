"""What is away or slow for a while: the broker, or the relay that leads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dev.kafka import Broker, administering
from dev.port import LOOPBACK
from rig.audit import audit, first_deliveries
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.tables import value
from rig.topics import of_key
from rig.world import World, eventually

pytestmark = [
    pytest.mark.system,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(sized(300, 1800)),
]

LEADS = """select count(*) from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and granted and datname = 'intake'"""
STORIES, AT_ONCE = sized(5, 400), 20
MANY = 10_000
STILL_SECONDS = 0.45
UNPUBLISHED = "select max(h.position) - max(r.position) from log_head h, relay r"


async def test_while_the_broker_is_away_commands_are_taken_and_published_in_order_afterwards(
    world: World,
) -> None:
    broker = _broker(world)
    stories = await _stories(world)

    await broker.stop()
    try:
        await _accepted_without_the_broker(world, stories)
    finally:
        await broker.start()

    await _published_in_order(world, stories)


async def test_a_broker_that_is_out_of_connections_holds_up_no_command_and_no_start(
    world: World,
) -> None:
    stories = await _stories(world)

    async with _out_of_connections(_broker(world)):
        await world.stack.stop("intake")
        await world.stack.start("intake")
        await _accepted_without_the_broker(world, stories)

    await _published_in_order(world, stories)


async def test_a_broker_that_is_silent_and_then_slow_delays_events_and_holds_up_no_command(
    world: World,
) -> None:
    broker, stories = _broker(world), await _stories(world)

    broker.pause()
    try:
        await _accepted_without_the_broker(world, stories)
        async with _slow(broker):
            await asyncio.gather(*(story.opened() for story in stories))
    finally:
        broker.resume()

    await _published_in_order(world, stories)


async def test_of_two_relays_one_publishes_and_the_other_takes_over_when_it_is_killed(
    world: World,
) -> None:
    world = world.patient
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


def _broker(world: World) -> Broker:
    broker = world.stack.servers.broker
    assert broker is not None
    return broker


async def _stories(world: World) -> list[Story]:
    world = world.busy
    hospital = await world.hospital()
    return [Story.with_hospital(world, hospital) for _ in range(STORIES)]


@asynccontextmanager
async def _out_of_connections(broker: Broker) -> AsyncIterator[None]:
    """Who is connected stays so; nobody else gets in."""
    async with administering(broker.bootstrap) as client:
        await _limit(client, 1)
        try:
            yield
        finally:
            await _limit(client, MANY)


async def _limit(client: AIOKafkaAdminClient, connections: int) -> None:
    settings = {"max.connections.per.ip": str(connections)}
    await client.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", settings)])


@asynccontextmanager
async def _slow(broker: Broker) -> AsyncIterator[None]:
    """It stands still nine tenths of the time."""

    async def now_and_then() -> None:
        while True:
            broker.pause()
            await asyncio.sleep(STILL_SECONDS)
            broker.resume()
            await asyncio.sleep(STILL_SECONDS / 9)

    slowing = asyncio.create_task(now_and_then())
    try:
        yield
    finally:
        slowing.cancel()
        await asyncio.gather(slowing, return_exceptions=True)


async def _accepted_without_the_broker(world: World, stories: list[Story]) -> None:
    for first in range(0, len(stories), AT_ONCE):
        some = stories[first : first + AT_ONCE]
        await asyncio.gather(*(story.accepted_referral() for story in some))
    for service in world.stack.ports:
        await eventually(lambda s=service: _ready(world, s), f"{service} is not ready", 20)
    assert await value(world, "intake", UNPUBLISHED) > 0


async def _ready(world: World, service: str) -> bool:
    return (await world.client.get(f"{world.stack.url(service)}/readyz")).is_success


async def _published_in_order(world: World, stories: list[Story]) -> None:
    await asyncio.gather(*(story.opened() for story in stories))
    await at_rest(world)
    await audit(world)
    for story in stories:
        sent = first_deliveries(await of_key(world, "intake", story.id))
        types = [str(event.get_type()).split(".")[2] for event in sent]
        assert types[:2] == ["candidate-identified", "offer-made"]
        assert types[-1] == "referral-accepted"


async def _somebody_leads(world: World) -> bool:
    return bool(await value(world, "intake", LEADS))


async def _published(world: World, kind: str) -> float:
    """How many events a process says that it has published."""
    port = world.stack.metrics["intake", kind]
    text = (await world.client.get(f"http://{LOOPBACK}:{port}/metrics")).text
    name = 'leidraad_relay_published_total{service="intake"} '
    return sum(float(line.removeprefix(name)) for line in text.splitlines() if name in line)
