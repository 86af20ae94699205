"""Other people's sessions: they may write and idle as they like, and stall nobody for long."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from events.batch import SQL, arguments, prepare
from events.connection import STATEMENT_SECONDS, connect
from events.testing import draft, write
from rig.audit import audit
from rig.effects import PATH, Outcomes, written
from rig.pressure import ANSWER_SECONDS
from rig.rest import at_rest
from rig.story import Story
from rig.tables import value
from rig.world import SECONDS, World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

IDLE_SECONDS = STATEMENT_SECONDS + 1.0
"""Longer than any limit of ours."""
HEAD = "select max(position) from log_head"

Record = Callable[[str, object], None]


@asynccontextmanager
async def writing(url: str, *statements: str) -> AsyncIterator[None]:
    """A transaction that has written and does not end; closing the session takes it back."""
    connection = await asyncpg.connect(url)
    try:
        for statement in ("begin", *statements):
            await connection.execute(statement)
        yield
    finally:
        await connection.close()


async def test_nobody_waits_for_transactions_of_others_that_write_and_then_idle(
    world: World, record_property: Record
) -> None:
    server = world.stack.servers.databases.server
    assert server is not None
    intake, began = world.database("intake"), time.monotonic()
    stranger = "insert into inbox (consumer, message) values ('stranger', gen_random_uuid())"
    table = "create table strangers (id integer)"

    async with (
        writing(intake, stranger),
        writing(intake, table, "lock table strangers in access exclusive mode"),
        writing(server.url(), table),
    ):
        while time.monotonic() < began + IDLE_SECONDS:
            story = await Story.of(world.busy)
            await story.accepted_referral()
            await story.opened()
            position = await value(world, "intake", HEAD)
            await story.desk.read("intake", PATH, {"minPosition": position})
        waited = time.monotonic()
        await at_rest(world)
        await audit(world)

    record_property("seconds_to_rest", round(time.monotonic() - waited, 2))
    await at_rest(world)
    await audit(world)


async def test_a_session_of_ours_that_sleeps_before_its_commit_is_ended_and_leaves_no_gap(
    world: World, record_property: Record
) -> None:
    outcomes = Outcomes(world.caller("desk"))
    await outcomes.send("before")
    head = await value(world, "intake", HEAD)
    keys = [f"behind-{number}" for number in range(4)]
    sleeper = await connect(world.database("intake"))
    transaction = sleeper.transaction()
    await transaction.start()
    await sleeper.fetchrow(SQL, *arguments([prepare(write(draft(uuid4()), expected=0))]))

    began = time.monotonic()
    async with asyncio.timeout(ANSWER_SECONDS):
        await asyncio.gather(*map(outcomes.send, keys))
    answered = time.monotonic() - began
    assert outcomes.unknown == {*keys}
    await eventually(lambda: _settled(outcomes, keys), "writes wait for the sleeper", SECONDS)
    settled = time.monotonic() - began
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await sleeper.execute("select 1")
    sleeper.terminate()

    assert settled < SECONDS / 2
    record_property("answered_seconds", round(answered, 2))
    record_property("settled_seconds", round(settled, 2))
    positions = sorted(outcomes.done[key]["position"] for key in keys)
    assert positions == list(range(head + 1, head + 1 + len(keys)))
    assert await written(world, outcomes.caller) == {"before", *keys}
    await at_rest(world)
    await audit(world)


async def _settled(outcomes: Outcomes, keys: list[str]) -> bool:
    await asyncio.gather(*(outcomes.send(key) for key in keys if key not in outcomes.done))
    return outcomes.done.keys() >= {*keys}
