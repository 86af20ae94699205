"""Doing it all again: views made anew while the system is in use, and topics published again."""

import asyncio
import email
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from dev.failure import NotStarted
from events.postgres import PostgresStore
from events.sql import fetch
from events.store import Recorded
from events.views import View, materialise
from rig.audit import audit
from rig.caller import Caller
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.tables import connected, tables
from rig.topics import PUBLISHING, messages
from rig.world import World, eventually

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
SUPPORTED, REFERRED = "supported", "referred"
PAUSE_SECONDS = 0.2
MOST, TRIES = 100_000, 20
PASSING = ("tries", "parked_messages")
HOW = {True: "by hand", False: "by itself"}
BY_HAND = sized([True], [*HOW])
"""By itself it is filled in each campaign of faults, too."""


@pytest.mark.timeout(900)
async def test_views_made_anew_while_the_system_is_in_use_equal_the_fold_and_reads_go_on(
    world: World,
) -> None:
    views = {service: rules.views for service, rules in world.rules.items() if rules.views}
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await at_rest(world)

    async with _in_use(world.busy) as done:
        made = await asyncio.gather(*(_rebuilt(world, s, own) for s, own in views.items()))
    await at_rest(world)

    assert done.keys() == {SUPPORTED, REFERRED, *(path for _, _, path, _ in READS)}
    assert made == [[]] * len(views)
    for service, own in views.items():
        for view in own:
            assert await _rows(world, service, view) == await _folded(world, service, view)


async def test_a_view_that_is_not_there_is_not_made_anew_and_those_that_are_are_named(
    world: World,
) -> None:
    told = "There is no view strange; there are: candidates, referrals."
    with pytest.raises(NotStarted, match=told):
        await world.stack.run("intake", "rebuild", "candidates", "strange")


@pytest.mark.timeout(900)
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


@pytest.mark.parametrize("by_hand", BY_HAND, ids=lambda by_hand: HOW[by_hand])
@pytest.mark.timeout(900)
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

    async with _in_use(world.busy) as done:
        await broker.kill()
        broker.wipe()
        await eventually(lambda: done[REFERRED] > 0, "nobody is referred without a broker")
        await broker.start()
        away = done[REFERRED]
        await asyncio.gather(*map(world.stack.migrate, world.stack.ports))
        if by_hand:
            again = (world.stack.run(s, "republish", "--from", "0") for s in PUBLISHING)
            await asyncio.gather(*again)
        await eventually(lambda: _holds(world, before), "what was published does not come again")
        await eventually(lambda: done[REFERRED] > away, "nobody was referred meanwhile")
    await at_rest(world)

    after = await _by_key(world)
    for key, own in before.items():
        assert after[key][: len(own)] == own
    assert world.mails()[: len(mails)] == mails
    sent = Counter(email.message_from_string(mail)["Message-ID"] for mail in world.mails())
    since = {email.message_from_string(mail)["Message-ID"] for mail in world.mails()[len(mails) :]}
    assert since
    assert {id_ for id_ in since if sent[id_] > 1} == set()
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


@asynccontextmanager
async def _in_use(world: World) -> AsyncIterator[Mapping[str, int]]:
    """People work and look while this lasts; none of their requests may fail.

    One that a busy machine cannot answer in time is asked again, as its answer says, for a moment.
    Gives how often each list was read, how many people were supported, and how many were referred,
    which asks nothing of the broker.
    """
    over, done = asyncio.Event(), Counter[str]()
    hospital = await world.hospital()

    async def again(asked: Callable[[], Awaitable[object]], what: str) -> None:
        while not over.is_set():
            await asked()
            done[what] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async with asyncio.TaskGroup() as people:
        people.create_task(again(lambda: _supported(world, hospital), SUPPORTED))
        people.create_task(again(lambda: _referred(world, hospital), REFERRED))
        for role, service, path, query in READS:
            ask = partial(world.caller(role).read, service, path, query)
            people.create_task(again(ask, path))
        yield done
        over.set()


async def _referred(world: World, hospital: Caller) -> Story:
    story = Story.with_hospital(world, hospital)
    await story.accepted_referral()
    return story


async def _supported(world: World, hospital: Caller) -> None:
    story = await _referred(world, hospital)
    await story.opened()
    await story.assign()
    await story.close()


async def _rebuilt(world: World, service: str, views: Sequence[View]) -> list[str]:
    """The views of a service made anew: those of which rows differed from the live ones.

    Again where the live one was not as far as the new one, so that they could not be compared.
    """
    told: dict[str, int] = {}
    for _ in range(TRIES):
        wanted = [view.name for view in views if view.name not in told]
        if not wanted:
            break
        await world.stack.run(service, "rebuild", *wanted)
        text = (world.stack.folder / f"{service}.rebuild.log").read_text()
        lines = [orjson.loads(line) for line in text.splitlines() if line.startswith("{")]
        made = [line for line in lines if line["event"] == "view.rebuilt"][-len(wanted) :]
        assert [line["view"] for line in made] == wanted
        told |= {line["view"]: line["differing"] for line in made if line["differing"] is not None}
    assert told.keys() == {view.name for view in views}
    return [f"{name}: {differing}" for name, differing in told.items() if differing]


async def _rows(world: World, service: str, view: View) -> list[tuple[str, ...]]:
    async with connected(world, service) as connection:
        return _comparable(view, await fetch(connection, select(view.table)))


async def _folded(world: World, service: str, view: View) -> list[tuple[str, ...]]:
    """What the rows should be, from the log and nothing else."""
    async with PostgresStore.open(world.database(service), source=service) as store:
        log = await store.after(0, MOST)
    decoded: list[Recorded[Any]] = [world.rules[service].decode(event) for event in log]
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
