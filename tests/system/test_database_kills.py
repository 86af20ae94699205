"""A database server that dies or restarts under writers: nothing is lost, and it goes on soon."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path

import pytest

from dev.postgres import Server, postgres
from rig.apart import apart
from rig.effects import Outcomes, written
from rig.size import LONG, sized
from rig.tables import as_administrator, rows
from rig.world import World, eventually

pytestmark = [
    pytest.mark.system,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(7200 if LONG else 480),
]

WRITERS = 8
BETWEEN = 5 * WRITERS
"""What is written between two faults."""
FAULTS = sized(6, 100)
RECOVERY_SECONDS = sized(20.0, 3.0)
"""What is promised is 3, after a session 1; a machine with two cores does other things too."""
APPENDER = """select pid from pg_stat_activity
    where query like '%append_v1%' and pid <> pg_backend_pid()"""
POSITIONS = "select position from events order by position"

Record = Callable[[str, object], None]


async def kill_a_session(world: World, server: Server) -> None:
    """The one that commits; the server ends all others too, and recovers."""
    pid = await as_administrator(world, APPENDER)
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: _has_gone(pid), "the session lives on")
    await server.ready()


async def kill_the_server(_world: World, server: Server) -> None:
    await server.process.kill()
    await server.restart()


async def restart(_world: World, server: Server) -> None:
    await server.process.stop()
    await server.restart()


async def test_a_database_that_dies_under_writers_loses_nothing_and_goes_on(
    world: World, tmp_path: Path, record_property: Record
) -> None:
    kinds: list[Callable[[World, Server], Awaitable[None]]]
    kinds = [kill_a_session, kill_the_server, restart]
    recovered: dict[str, float] = {}
    async with postgres(tmp_path, durable=False) as server, apart(world, server) as there:
        outcomes, stop = Outcomes(there.caller("desk")), asyncio.Event()
        keys = (f"killed-{number}" for number in count())
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WRITERS):
                tasks.create_task(_write_on(outcomes, keys, stop))
            try:
                for fault in islice(cycle(kinds), FAULTS):
                    await _more(outcomes, BETWEEN)
                    await fault(there, server)
                    seconds = await _more(outcomes, 1)
                    recovered[fault.__name__] = max(seconds, recovered.get(fault.__name__, 0))
            finally:
                stop.set()

        assert await written(there, outcomes.caller) == outcomes.done.keys()
        log = [row["position"] for row in await rows(there, "intake", POSITIONS)]
        assert log == list(range(1, len(log) + 1))
    record_property("written", len(outcomes.done))
    record_property("unknown", len(outcomes.unknown))
    record_property("seconds_to_first_success", str(recovered))
    assert outcomes.unknown
    assert max(recovered.values()) <= RECOVERY_SECONDS


async def _write_on(outcomes: Outcomes, keys: Iterator[str], stop: asyncio.Event) -> None:
    """What is not known to be done is sent again, with its key, until it is."""
    while not stop.is_set():
        key = next(keys)
        await eventually(partial(_done, outcomes, key), f"{key} is not done")


async def _done(outcomes: Outcomes, key: str) -> bool:
    await outcomes.send(key)
    return key in outcomes.done


async def _more(outcomes: Outcomes, wanted: int) -> float:
    """Waits until so much more is acknowledged, and says how long that took."""
    began, before = time.monotonic(), len(outcomes.done)
    enough = before + wanted
    await eventually(lambda: len(outcomes.done) >= enough, "nothing is acknowledged")
    return time.monotonic() - began


def _has_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
