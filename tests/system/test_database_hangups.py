"""Clients that hang up at any instant leave no half effect, no connection and no transaction."""

import asyncio
import random

import orjson
import pytest

from dev.port import LOOPBACK
from events.connection import STATEMENT_SECONDS
from rig.caller import Caller
from rig.effects import PATH, Outcomes, referral, written
from rig.proxy import Mode, Proxy
from rig.sessions import few_sessions
from rig.size import LONG, sized
from rig.world import World, eventually

pytestmark = [
    pytest.mark.system,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(3600 if LONG else 480),
]

CLIENTS, SLOWED = sized((1_000, 100), (10_000, 10_000))
RATE = 500
"""Clients who come in a second."""
LONGEST_SECONDS = 0.03
PATIENT_SECONDS = 3.0
"""One client in ten waits up to so long: on a slow machine somebody gets through, too."""
DELAY_SECONDS = 0.05


@pytest.mark.parametrize(
    ("mode", "clients"), [(Mode.FORWARD, CLIENTS), (Mode.DELAY, SLOWED)], ids=["quick", "slow"]
)
async def test_clients_that_hang_up_leave_no_half_effect_and_no_connection(
    world: World, proxy: Proxy, mode: Mode, clients: int
) -> None:
    desk, chance = world.caller("desk"), random.Random(20201201)  # noqa: S311 - only spreads
    keys = [f"hung-up-{number}" for number in range(clients)]
    proxy.behave(mode, seconds=DELAY_SECONDS)

    await asyncio.gather(*(_hang_up(desk, key, chance, clients / RATE) for key in keys))
    proxy.behave(Mode.FORWARD)
    await eventually(lambda: few_sessions(world, "intake"), "connections are left behind")

    assert 0 < len(await written(world, desk)) < clients
    outcomes = Outcomes(desk)
    await outcomes.settle(world, keys)
    assert await written(world, desk) == {*keys}
    complaint, seconds = "connections are left behind", STATEMENT_SECONDS - 1
    await eventually(lambda: few_sessions(world, "intake"), complaint, seconds)


async def _hang_up(caller: Caller, key: str, chance: random.Random, within: float) -> None:
    """Comes within so many seconds, sends a part of a request or all, and is gone soon after."""
    request = _request(caller, key)
    sent = request if chance.random() < 0.8 else request[: chance.randrange(len(request))]
    await asyncio.sleep(chance.uniform(0, within))
    caller.ledger.unanswered(caller.asked("intake", PATH, key))
    port = int(caller.urls["intake"].rpartition(":")[2])
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(sent)
    await writer.drain()
    longest = PATIENT_SECONDS if chance.random() < 0.1 else LONGEST_SECONDS
    await asyncio.sleep(chance.uniform(0, longest))
    writer.transport.abort()


def _request(caller: Caller, key: str) -> bytes:
    body = orjson.dumps(referral(key))
    headers = caller.headers | caller.asked("intake", PATH, key).headers
    head = [
        f"POST {PATH} HTTP/1.1",
        "host: intake",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
