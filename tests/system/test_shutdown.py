"""Processes that are asked to end, and clients that hang up: nothing is lost, nothing is halved."""

import asyncio
import random
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from dev.port import LOOPBACK
from rig.audit import audit
from rig.caller import Caller, Json
from rig.rest import at_rest
from rig.tables import rows, value
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

REFERRALS = "/v1/referrals"
WRITERS = 8
HANGING_UP = 300
LONGEST_SECONDS = 0.03
MOST_CONNECTIONS = 16
"""Eight readers, and those of the appender, the announcer, the relay's lead, with some room."""

CONNECTIONS = "select count(*) from pg_stat_activity where datname = 'intake'"
IDLE = f"{CONNECTIONS} and state like 'idle in transaction%'"
IDENTIFIED = "select count(*) from events where key = any($1) and version = 1"
PARTS = """
    select r.key as request,
        (select count(*) from events e where e.id = r.event) as events,
        (select count(*) from access_log a, events e
            where e.id = r.event and a.key = e.key and a.outcome = 'allowed') as lines,
        (select count(*) from vault_fields f, events e
            where e.id = r.event and f.record = (e.data->>'contact')::uuid) as fields
    from requests r where r.subject = $1"""
WHOLES = [
    "select count(*) from events where metadata->>'actor' = $1",
    "select count(*) from access_log where actor = $1 and outcome = 'allowed'",
    """select count(distinct f.record) from vault_fields f
        join access_log a on a.key = f.person where a.actor = $1""",
]


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


async def test_clients_that_hang_up_leave_no_half_effect_and_no_connection(world: World) -> None:
    desk, chance = world.caller("desk"), random.Random(20201201)  # noqa: S311 - only spreads
    keys = [f"hung-up-{number}" for number in range(HANGING_UP)]

    await asyncio.gather(*(_hang_up(desk, key, chance) for key in keys))
    await at_rest(world)

    written = await rows(world, "intake", PARTS, str(desk.id))
    assert 0 < len(written) < HANGING_UP
    assert {(r["events"], r["lines"], r["fields"]) for r in written} == {(1, 1, 4)}
    for count in WHOLES:
        assert await value(world, "intake", count, str(desk.id)) == len(written)
    assert await _as_administrator(world, IDLE) == 0
    assert await _as_administrator(world, CONNECTIONS) <= MOST_CONNECTIONS
    again = [await desk.send("intake", REFERRALS, _referral(key), key=key) for key in keys]
    assert {answer.status_code for answer in again} == {201}
    assert await value(world, "intake", WHOLES[0], str(desk.id)) == HANGING_UP
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


async def _hang_up(caller: Caller, key: str, chance: random.Random) -> None:
    """Sends a part of a request or all of it, and is gone some instant later."""
    request = _request(caller, key)
    sent = request if chance.random() < 0.8 else request[: chance.randrange(len(request))]
    await asyncio.sleep(chance.uniform(0, 20 * LONGEST_SECONDS))
    caller.ledger.unanswered(caller.asked("intake", REFERRALS, key))
    port = int(caller.urls["intake"].rpartition(":")[2])
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(sent)
    await writer.drain()
    await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
    writer.transport.abort()


def _request(caller: Caller, key: str) -> bytes:
    body = orjson.dumps(_referral(key))
    headers = caller.headers | caller.asked("intake", REFERRALS, key).headers
    head = [
        f"POST {REFERRALS} HTTP/1.1",
        "host: intake",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _referral(key: str) -> Json:
    return {
        "programme": "medical-incidents",
        "source": "self",
        "consent": {"form": "spoken"},
        "contact": {
            "name": f"Zwaantje {key}",
            "phone": "+99 0000000000",
            "email": f"{key}@canary.example",
            "address": "Nergensstraat 1, Niemandsdorp",
        },
    }


async def _as_administrator(world: World, query: str) -> int:
    server = world.stack.servers.databases.server
    assert server is not None
    connection = await asyncpg.connect(server.url())
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()
