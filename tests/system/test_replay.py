"""Doing it all again: views made anew while the system is in use, and topics published again."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from analytics.log import facts_of
from analytics.views.caseload import caseload
from analytics.views.milestones import milestones
from analytics.views.offers import OFFERS
from analytics.views.progress import PROGRESS
from casefile.codec import CODEC as CASEFILE
from casefile.views.cases import CASES
from events.contracts import registry
from events.postgres import PostgresStore
from events.sql import fetch
from events.store import Json, Recorded
from events.views import Decode, View, materialise
from intake.codec import CODEC as INTAKE
from intake.views.candidates import CANDIDATES
from intake.views.referrals import REFERRALS
from rig.audit import audit
from rig.caller import Caller
from rig.rest import at_rest
from rig.story import Story
from rig.tables import connected, tables
from rig.topics import PUBLISHING, messages
from rig.world import World, eventually
from scheduling.codec import CODEC as SCHEDULING
from scheduling.views.appointments import APPOINTMENTS
from scheduling.views.deadlines import DEADLINES

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

READS = [
    ("desk", "intake", "/v1/candidates", {}),
    ("desk", "intake", "/v1/referrals", {}),
    ("desk", "casefile", "/v1/cases", {}),
    ("desk", "scheduling", "/v1/deadlines", {}),
    ("desk", "scheduling", "/v1/appointments", {}),
    ("analyst", "analytics", "/v1/figures/offers", {}),
    ("analyst", "analytics", "/v1/figures/funnel", {}),
    ("analyst", "analytics", "/v1/figures/caseload", {}),
    ("analyst", "analytics", "/v1/figures/durations", {"from": "incident", "to": "case-closed"}),
]
PAUSE_SECONDS = 0.2
MOST = 100_000
PASSING = ("tries", "parked_messages")


async def test_views_made_anew_while_the_system_is_in_use_equal_the_fold_and_reads_go_on(
    world: World,
) -> None:
    views = _views(world)

    async with _in_use(world) as done:
        await asyncio.gather(*(_rebuild(world, service, own) for service, own in views.items()))
    await at_rest(world)

    assert all(done.values())
    for service, own in views.items():
        rebuilt = _rebuilt(world, service)
        assert [line["view"] for line in rebuilt][-len(own) :] == [view.name for view in own]
        assert {line["differing"] for line in rebuilt} <= {0, None}
        for view in own:
            assert await _rows(world, service, view) == await _folded(world, service, view)


async def test_republishing_everything_sends_the_same_in_the_same_order_and_changes_nothing(
    world: World,
) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await at_rest(world)
    sent, stored, mails = await _sent(world), await _stored(world), len(world.mails())

    await asyncio.gather(*(world.stack.run(s, "republish", "--from", "0") for s in PUBLISHING))
    await at_rest(world)

    for partition, now in (await _sent(world)).items():
        once = [id_ for id_ in dict.fromkeys(sent[partition]) if id_ not in world.foreign]
        assert now == sent[partition] + once
    assert await _stored(world) == stored
    assert len(world.mails()) == mails
    await audit(world)


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "by itself"])
@pytest.mark.timeout(300)
async def test_a_wiped_broker_is_filled_again_while_people_work(
    world: World, *, by_hand: bool
) -> None:
    """What had been published comes again, in the same order, and brings about nothing again."""
    broker = world.stack.servers.broker
    assert broker is not None
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await at_rest(world)
    before, mails = await _by_key(world), world.mails()

    async with _in_use(world):
        await broker.kill()
        broker.wipe()
        await broker.start()
        await asyncio.gather(*map(world.stack.migrate, world.stack.ports))
        if by_hand:
            again = (world.stack.run(s, "republish", "--from", "0") for s in PUBLISHING)
            await asyncio.gather(*again)
        await eventually(lambda: _holds(world, before), "what was published does not come again")
    await at_rest(world)

    after = await _by_key(world)
    for key, own in before.items():
        assert after[key][: len(own)] == own
    assert world.mails()[: len(mails)] == mails
    await audit(world)


async def _holds(world: World, wanted: Mapping[tuple[str, bytes], Sequence[str]]) -> bool:
    held = await _by_key(world)
    return all(held.get(key, [])[: len(own)] == own for key, own in wanted.items())


async def _by_key(world: World) -> dict[tuple[str, bytes], list[str]]:
    """The ids of what the services published, each the first time, by topic and key."""
    found: dict[tuple[str, bytes], dict[str, None]] = {}
    for message in await messages(world, *PUBLISHING):
        id_ = dict(message.headers)["ce_id"].decode()
        if id_ not in world.foreign:
            own = found.setdefault((message.partition.topic, message.key or b""), {})
            own[id_] = None
    return {key: list(own) for key, own in found.items()}


def _views(world: World) -> Mapping[str, Sequence[View]]:
    return {
        "intake": [CANDIDATES, REFERRALS],
        "casefile": [CASES],
        "scheduling": [DEADLINES, APPOINTMENTS],
        "analytics": [OFFERS, PROGRESS, caseload(world.programmes), milestones(world.programmes)],
    }


def _decode(world: World, service: str) -> Decode:
    codecs: dict[str, Decode] = {
        "intake": INTAKE.decode,
        "casefile": CASEFILE.decode,
        "scheduling": SCHEDULING.decode,
        "analytics": facts_of(registry(world.programmes.track_steps())),
    }
    return codecs[service]


@asynccontextmanager
async def _in_use(world: World) -> AsyncIterator[Mapping[str, int]]:
    """People work and look while this lasts; none of their requests may fail."""
    over, done = asyncio.Event(), dict.fromkeys([path for _, _, path, _ in READS], 0)
    hospital = await world.hospital()

    async def work() -> None:
        while not over.is_set():
            story = Story.with_hospital(world, hospital)
            await story.accepted_referral()
            await story.opened()
            await story.assign()
            await story.close()
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(caller: Caller, service: str, path: str, query: Json) -> None:
        while not over.is_set():
            await caller.read(service, path, query)
            done[path] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async with asyncio.TaskGroup() as people:
        people.create_task(work())
        for role, service, path, query in READS:
            people.create_task(look(world.caller(role), service, path, query))
        yield done
        over.set()


async def _rebuild(world: World, service: str, views: Sequence[View]) -> None:
    for view in views:
        await world.stack.run(service, "rebuild", view.name)


def _rebuilt(world: World, service: str) -> list[Json]:
    """What the rebuilds said of themselves."""
    text = (world.stack.folder / f"{service}.rebuild.log").read_text()
    lines = [orjson.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "view.rebuilt"]


async def _rows(world: World, service: str, view: View) -> list[tuple[str, ...]]:
    async with connected(world, service) as connection:
        return _comparable(view, await fetch(connection, select(view.table)))


async def _folded(world: World, service: str, view: View) -> list[tuple[str, ...]]:
    """What the rows should be, from the log and nothing else."""
    async with PostgresStore.open(world.database(service), source=service) as store:
        log = await store.after(0, MOST)
    decode = _decode(world, service)
    decoded: list[Recorded[Any]] = [decode(event) for event in log]
    by_key = sorted(decoded, key=attrgetter("key"))
    histories = {key: list(own) for key, own in groupby(by_key, attrgetter("key"))}
    return _comparable(view, materialise(view, histories))


def _comparable(view: View, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    names = [column.name for column in view.table.columns]
    return sorted(tuple(_text(row.get(name)) for name in names) for row in rows)


def _text(value: object) -> str:
    return str([*map(str, value)]) if isinstance(value, list | tuple) else str(value)


async def _sent(world: World) -> dict[tuple[str, int], list[str]]:
    """The ids of all messages, by partition."""
    found: dict[tuple[str, int], list[str]] = {}
    for message in await messages(world, *PUBLISHING):
        id_ = dict(message.headers)["ce_id"].decode()
        found.setdefault(message.partition, []).append(id_)
    return found


async def _stored(world: World) -> dict[tuple[str, str], int]:
    """How many rows each table has, leaving out how often what was tried, and what waits."""
    counts = {}
    for service in world.stack.ports:
        async with connected(world, service) as connection:
            for table in await tables(connection):
                query = f"select count(*) from {table}"  # noqa: S608 - a name of ours
                counts[service, table] = await connection.fetchval(query)
    return {place: count for place, count in counts.items() if place[1] not in PASSING}
