"""Disks that are full: nothing is acknowledged that is not kept, and with room all goes on."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from dev.kafka import kafka
from dev.postgres import Server, postgres
from events.postgres import PostgresStore
from rig.apart import apart, published_apart
from rig.effects import Outcomes, written
from rig.room import fill, little_room, make_room
from rig.tables import value
from rig.topics import messages
from rig.world import World, eventually

pytestmark = [
    pytest.mark.system,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(480),
]

DATABASE_MEGABYTES = 160
BROKER_MEGABYTES = 64
MOST_WRITES = 2_000
"""What may still go into pages that are there."""
REFUSALS = 20
RECOVERY_SECONDS = 60.0
"""What is promised is 30; a machine with two cores does other things too."""
UNPUBLISHED = "select max(h.position) - max(r.position) from log_head h, relay r"
HEAD = "select max(position) from log_head"

Record = Callable[[str, object], None]


@asynccontextmanager
async def small_database(folder: Path) -> AsyncIterator[tuple[Server, Path]]:
    """A server whose data and log lie where there is little room, and where that is."""
    async with postgres(folder, durable=False) as server:
        data = Path(server.process.command[2])
        await server.process.stop()
        with little_room(data, DATABASE_MEGABYTES):
            await server.restart()
            try:
                yield server, data
            finally:
                await server.process.stop()


async def test_while_the_disk_of_the_database_is_full_writes_are_refused_and_none_is_lost(
    world: World, tmp_path: Path, record_property: Record
) -> None:
    async with small_database(tmp_path) as (server, data), apart(world, server) as there:
        outcomes = Outcomes(there.caller("desk"))
        await outcomes.send("before")
        case = UUID(outcomes.done["before"]["id"])
        async with PostgresStore.open(there.database("intake"), source="intake") as reader:
            assert len(await reader.history(case)) == 1
            fill(data)
            accepted = await _until_refused(outcomes)
            for number in range(REFUSALS):
                await outcomes.send(f"refused-{number}")
            assert len(outcomes.unknown) == 1 + REFUSALS
            assert len(await reader.history(case)) == 1
        make_room(data)
        began = time.monotonic()
        await eventually(lambda: _succeeds(outcomes), "writes fail for ever", RECOVERY_SECONDS)
        recovered = time.monotonic() - began

        await outcomes.settle(there, [*outcomes.done, *outcomes.unknown])
        assert await written(there, outcomes.caller) == outcomes.done.keys()
    record_property("accepted_into_pages_that_were_there", accepted)
    record_property("recovery_seconds", round(recovered, 2))


async def test_a_broker_whose_disk_is_full_ends_and_what_was_accepted_is_published_later(
    world: World, tmp_path: Path, record_property: Record
) -> None:
    (tmp_path / "small").mkdir()
    with little_room(tmp_path / "small", BROKER_MEGABYTES):
        async with (
            kafka(tmp_path / "small") as broker,
            published_apart(world, broker.bootstrap) as there,
        ):
            outcomes = Outcomes(there.caller("desk"))
            await outcomes.send("before")
            await eventually(lambda: _all_published(there), "nothing is published")
            fill(tmp_path / "small")

            async def ended() -> bool:
                await outcomes.send(f"accepted-{len(outcomes.done)}")
                return not broker.process.running

            await eventually(ended, "the broker does not notice")
            await outcomes.send("without-a-broker")
            assert not outcomes.unknown
            make_room(tmp_path / "small")
            await broker.start()
            began = time.monotonic()
            await eventually(lambda: _all_published(there), "it is never published")
            record_property("recovery_seconds", round(time.monotonic() - began, 2))
            record_property("accepted", len(outcomes.done))
            ids = {dict(m.headers)["ce_id"] for m in await messages(there, "intake")}
            assert len(ids) == await value(there, "intake", HEAD)


async def _until_refused(outcomes: Outcomes) -> int:
    """Says how many more were accepted."""
    for number in range(MOST_WRITES):
        await outcomes.send(f"last-{number}")
        if outcomes.unknown:
            return number
    pytest.fail("a full disk takes everything")


async def _succeeds(outcomes: Outcomes) -> bool:
    await outcomes.send("after")
    return "after" in outcomes.done


async def _all_published(world: World) -> bool:
    return not await value(world, "intake", UNPUBLISHED)
