"""A database that is slow, silent, locked or full: answered for in time, and soon well again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import pytest

from dev.port import LOOPBACK
from rig.caller import Caller
from rig.effects import PATH, Outcomes, written
from rig.pressure import ANSWER_SECONDS, Pressure
from rig.proxy import Mode, Proxy
from rig.sessions import MOST, few_sessions
from rig.size import sized
from rig.tables import as_administrator, connected
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

USERS = 24
TROUBLE_SECONDS = 3.0
RECOVERY_SECONDS = sized(15.0, 5.0)
"""What is promised is 5; a machine with two cores does other things too."""
SEATS = 24
MANY = 700
REFUSED = 503

Record = Callable[[str, object], None]
Trouble = Callable[[World, Proxy], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def slow(_world: World, proxy: Proxy) -> AsyncIterator[None]:
    proxy.behave(Mode.DELAY, seconds=30)
    yield
    proxy.behave(Mode.FORWARD)


@asynccontextmanager
async def trickling(_world: World, proxy: Proxy) -> AsyncIterator[None]:
    proxy.behave(Mode.SLOW, rate=20)
    yield
    proxy.behave(Mode.FORWARD)


@asynccontextmanager
async def silent(_world: World, proxy: Proxy) -> AsyncIterator[None]:
    proxy.behave(Mode.SILENT)
    yield
    proxy.behave(Mode.FORWARD)


@asynccontextmanager
async def deaf(_world: World, proxy: Proxy) -> AsyncIterator[None]:
    """What is asked is done, and nobody is told."""
    proxy.behave(Mode.SWALLOW)
    yield
    proxy.behave(Mode.FORWARD)


@asynccontextmanager
async def away(_world: World, proxy: Proxy) -> AsyncIterator[None]:
    await proxy.refuse()
    proxy.cut()
    yield
    await proxy.accept()


@asynccontextmanager
async def locked(world: World, _proxy: Proxy) -> AsyncIterator[None]:
    async with connected(world, "intake") as foreign, foreign.transaction():
        await foreign.execute("lock table events in access exclusive mode")
        yield


@asynccontextmanager
async def crowded(world: World, proxy: Proxy) -> AsyncIterator[None]:
    """Others have all the connections that there are: 53300 for everybody who comes."""
    await as_administrator(world, f"alter role intake connection limit {SEATS}")
    try:
        async with AsyncExitStack() as others:
            with suppress(asyncpg.TooManyConnectionsError):
                while True:
                    proxy.cut()
                    await others.enter_async_context(connected(world, "intake"))
            yield
    finally:
        await as_administrator(world, "alter role intake connection limit -1")


@pytest.mark.parametrize("trouble", [slow, trickling, silent, deaf, away, locked, crowded])
async def test_a_database_in_trouble_is_answered_for_in_time_and_leaves_nothing_behind(
    world: World, proxy: Proxy, trouble: Trouble, record_property: Record
) -> None:
    outcomes = Outcomes(world.caller("desk"))
    await outcomes.send("before")
    record = f"{PATH}/{outcomes.done['before']['id']}"
    pressure = Pressure(outcomes=outcomes, reader=world.caller("desk"), record=record)

    async with trouble(world, proxy):
        await pressure.last(TROUBLE_SECONDS, USERS)
    recovered = await _until_well(outcomes)

    _refused(pressure.statuses, within_reach=trouble is locked)
    record_property("longest_answer_seconds", round(pressure.longest, 2))
    record_property("recovery_seconds", round(recovered, 2))
    record_property("unknown_but_written", await outcomes.settle(world, pressure.keys))
    assert len(await written(world, outcomes.caller)) == len(pressure.keys) + 2
    await eventually(lambda: few_sessions(world, "intake"), "connections are left behind")
    await eventually(lambda: len(proxy.links) <= MOST, "connections hang")


async def test_more_than_can_be_served_is_refused_at_once(
    world: World, proxy: Proxy, record_property: Record
) -> None:
    desk = world.caller("desk")

    async with silent(world, proxy), asyncio.timeout(2 * ANSWER_SECONDS):
        seconds = sorted(await asyncio.gather(*(_refusal(desk) for _ in range(MANY))))
    await _until_well(Outcomes(desk))

    record_property("first_refusal_seconds", round(seconds[0], 2))
    record_property("last_refusal_seconds", round(seconds[-1], 2))


async def _refusal(caller: Caller) -> float:
    """Asks for a list on a connection of its own, and gives the seconds until it is refused."""
    began = time.monotonic()
    port = int(caller.urls["intake"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    token = f"authorization: Bearer {caller.token}"
    writer.write(f"GET {PATH} HTTP/1.1\r\nhost: intake\r\n{token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: " in head
    return time.monotonic() - began


def _refused(statuses: dict[str, set[int]], *, within_reach: bool) -> None:
    """All that needs the database is; where only a table is locked, some of it may succeed."""
    assert statuses["healthz"] == {200}
    assert REFUSED in statuses["readyz"]
    assert statuses["write"] == statuses["read"] == {REFUSED}
    assert statuses["list"] <= ({200, REFUSED} if within_reach else {REFUSED})


async def _until_well(outcomes: Outcomes) -> float:
    """How long it takes until a write succeeds and the service says that it is ready."""
    began = time.monotonic()

    async def well() -> bool:
        await outcomes.send("after")
        ready = await outcomes.caller.ask("intake", "/readyz")
        return "after" in outcomes.done and ready.is_success

    await eventually(well, "it does not recover", RECOVERY_SECONDS)
    return time.monotonic() - began
