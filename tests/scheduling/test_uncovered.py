"""Lists over PostgreSQL: who is away, what comes due while a whole team is, what is shut."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from dev.postgres import postgres
from events.broker import Message, Partition
from events.envelope import topic_of
from events.following import Views, wait_for
from events.migrate import upgrade
from events.occurrence import Occurred
from events.parking import Lane
from events.parking_postgres import PostgresYard
from events.postgres import PostgresStore
from events.testing import METADATA, told
from kit.access import Role
from kit.calls import POSITION_HEADER
from kit.edge import Gate
from kit.ground import opened
from kit.lists import Lists
from kit.testing import Stand, problem, settings
from scheduling.app import compose
from scheduling.appointment.decider import APPOINTMENT
from scheduling.appointment.examples import PLANNED
from scheduling.case_manager.decider import CASE_MANAGER as TIME_OF
from scheduling.case_manager.examples import AWAY, NOT_AWAY, TIME
from scheduling.codec import CODEC
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.examples import MET, SET
from scheduling.reactions import consents
from scheduling.spell.decider import SPELL
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.team.decider import TEAM
from scheduling.team.examples import BACKUP, BACKUP_JOINED, CASE_MANAGER, DISSOLVED, JOINED

pytestmark = pytest.mark.system

CAUGHT_UP_SECONDS = 20
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
BACKUP_AWAY = replace(AWAY, absence=uuid5(BACKUP, "absence"), case_manager=BACKUP, last_day=None)
BACKUPS_TIME = TIME_OF.beside(BACKUP)
HOSPITAL = uuid5(CASE_MANAGER, "hospital")
FIRST_DAY, LAST_DAY = "2027-02-18", "2027-02-24"


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk at a service with its views, and what is told there."""

    store: PostgresStore
    following: Views
    stand: Stand
    yard: PostgresYard

    async def told(self, key: UUID, stream: UUID, *events: object) -> None:
        await told(self.store, CODEC, key, *events, stream=stream, metadata=UNDER_PROGRAMME)
        head = await self.store.head()
        for view in self.following.views:
            tables = self.following.tables
            assert await wait_for(tables, view, head.position, CAUGHT_UP_SECONDS)

    async def case(self, name: str, *team: object, due: str, then: tuple[object, ...] = ()) -> UUID:
        """A case with a deadline, named by its day."""
        key = uuid5(CASE_MANAGER, name)
        due_on = date.fromisoformat(due)
        await self.told(key, TEAM.beside(key), *team)
        deadline = replace(SET, due_on=due_on)
        await self.told(key, DEADLINE.beside(key, "first-contact"), deadline, *then)
        return key

    async def access(self) -> list[tuple[str, str]]:
        """Action and outcome of each line of the access log."""
        found = await self.store.pool.fetch("select action, outcome from access_log order by id")
        return [(line["action"], line["outcome"]) for line in found]

    async def lists(self, path: str, **query: str) -> list[dict[str, Any]]:
        return await listed(self.stand.client(Role.DESK), path, query)

    async def uncovered(self, **query: str) -> set[UUID]:
        found = await self.lists("/v1/deadlines", uncovered="true", **query)
        return {UUID(deadline["caseId"]) for deadline in found}


async def listed(
    client: httpx.AsyncClient, path: str, query: dict[str, str]
) -> list[dict[str, Any]]:
    async with client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    stop = asyncio.Event()
    async with postgres(tmp_path, durable=False) as server:
        url = await server.create_database("scheduling")
        await asyncio.to_thread(upgrade, url, "scheduling")
        async with opened("scheduling", settings(database_url=url)) as ground:
            service = compose(ground)
            await ground.tables.create(service.views)
            yard = PostgresYard(ground.pool)
            following = Views(
                store=ground.store, tables=ground.tables, views=service.views, decode=service.decode
            )
            stand = Stand(
                ground.store,
                routers=service.routers,
                access=service.access,
                scope=service.scope,
                vocabularies=service.vocabularies,
                gate=Gate(consents.GROUP, yard),
                parts={**service.parts, Lists: Lists(ground.pool, ground.tables)},
            )
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(following.run(stop))
                yield Desk(ground.store, following, stand, yard)
                stop.set()


async def test_a_deadline_is_uncovered_while_the_whole_team_is_away_on_its_day(desk: Desk) -> None:
    both = (JOINED, BACKUP_JOINED)
    first = await desk.case("first day", JOINED, due=FIRST_DAY)
    last = await desk.case("last day", JOINED, due=LAST_DAY)
    backed = await desk.case("backed", *both, due=LAST_DAY)
    met = await desk.case("met", JOINED, due=FIRST_DAY, then=(MET,))
    await desk.case("before", JOINED, due="2027-02-17")
    await desk.case("after", JOINED, due="2027-02-25")
    await desk.case("nobody's", due=FIRST_DAY)
    left = await desk.case("left", JOINED, DISSOLVED, due=FIRST_DAY)
    assert await desk.uncovered() == set()

    await desk.told(TIME, TIME, AWAY)
    assert await desk.uncovered() == {first, last}
    assert await desk.uncovered(dueBy=FIRST_DAY) == {first}
    assert await desk.uncovered(status="met") == set()
    assert await desk.uncovered(asOf="2027-02-15") == set()
    assert await desk.uncovered(asOf="2027-02-16") == {first, last, met, left}

    await desk.told(BACKUPS_TIME, BACKUPS_TIME, BACKUP_AWAY)
    assert await desk.uncovered() == {first, last, backed}

    await desk.told(TIME, TIME, replace(NOT_AWAY, occurred=Occurred.parse(LAST_DAY)))
    assert await desk.uncovered() == set()
    assert await desk.uncovered(asOf="2027-02-23") == {first, last, backed, left}
    assert len(await desk.lists("/v1/deadlines", uncovered="false")) == 8


async def test_an_open_deadline_of_a_closed_case_is_dormant_unless_it_goes_on(desk: Desk) -> None:
    """As mail about it: neither open nor uncovered, until the case opens again."""
    closed = await desk.case("closed", JOINED, due=FIRST_DAY)
    bid = replace(SET, policy="settlement-answer", due_on=date.fromisoformat(FIRST_DAY))
    await desk.told(closed, DEADLINE.beside(closed, bid.policy), bid)
    met = await desk.case("met", JOINED, due=FIRST_DAY, then=(MET,))
    await desk.told(TIME, TIME, AWAY)
    for case in (closed, met):
        await desk.told(case, SPELL.beside(case), ENDED)

    async def found(**query: str) -> set[tuple[str, str]]:
        listed_ = await desk.lists("/v1/deadlines", **query)
        return {(deadline["policy"], deadline["status"]) for deadline in listed_}

    bids, firsts = {("settlement-answer", "open")}, {("first-contact", "open")}
    dormant, done = {("first-contact", "dormant")}, {("first-contact", "met")}
    assert await found() == bids | dormant | done
    assert await found(status="open") == await found(uncovered="true") == bids
    assert await found(status="dormant") == dormant
    assert await found(status="dormant", uncovered="true") == set()
    assert await found(status="met") == done
    assert await found(status="open", asOf="2027-02-15") == bids | firsts

    await desk.told(closed, SPELL.beside(closed), BEGAN)
    assert await found(status="open") == bids | firsts
    assert await found(status="dormant") == set()
    assert await found(status="dormant", asOf="2027-02-16") == dormant


async def test_who_is_away_is_listed_by_day(desk: Desk) -> None:
    await desk.told(TIME, TIME, AWAY)
    await desk.told(BACKUPS_TIME, BACKUPS_TIME, BACKUP_AWAY)

    async def away(**query: str) -> set[UUID]:
        found = await desk.lists("/v1/absences", **query)
        return {UUID(absence["caseManager"]) for absence in found}

    assert await away() == {CASE_MANAGER, BACKUP}
    assert await away(day=LAST_DAY) == {CASE_MANAGER, BACKUP}
    assert await away(day="2027-02-25") == {BACKUP}
    assert await away(day="2027-02-17") == set()
    assert await away(asOf="2027-02-15") == set()


async def test_a_list_leaves_out_what_a_case_manager_is_shut_out_of(desk: Desk) -> None:
    """Now and as of a time before; those who watch over all cases go on."""
    open_, shut = [await desk.case(name, JOINED, due=LAST_DAY) for name in ("open", "shut")]
    for key in (open_, shut):
        appointment = replace(PLANNED, appointment=uuid5(key, "appointment"))
        await desk.told(key, APPOINTMENT.beside(key), appointment)
    lane = Lane(consents.GROUP, topic_of("casefile"), shut)

    async def seen(role: Role, **query: str) -> set[str]:
        client = desk.stand.client(role, subject=str(CASE_MANAGER))
        return {one["caseId"] for one in await listed(client, "/v1/appointments", query)}

    everything = {str(open_), str(shut)}
    assert await seen(Role.CASE_MANAGER) == everything

    place = Partition(lane.topic, 0)
    for elsewhere in (lane._replace(group="scheduling.deadlines"), lane):
        assert await seen(Role.CASE_MANAGER) == everything
        message = Message(place, 1, key=str(shut).encode(), headers=(), value=b"")
        await desk.yard.park(elsewhere, message, "unreadable")

    before = {"asOf": "2027-03-01"}
    assert await seen(Role.CASE_MANAGER) == {str(open_)}
    assert await seen(Role.CASE_MANAGER, **before) == {str(open_)}
    assert await seen(Role.DESK) == await seen(Role.TEAM_LEAD, **before) == everything


async def test_case_managers_list_the_deadlines_of_their_cases_and_ask_of_nobody_who_is_away(
    desk: Desk,
) -> None:
    own = await desk.case("own", JOINED, due=FIRST_DAY)
    await desk.case("other's", BACKUP_JOINED, due=FIRST_DAY)
    await desk.told(own, DEADLINE.beside(own, "offer"), replace(SET, policy="offer"))
    query = {"uncovered": "true"}

    found = await listed(_manager(desk), "/v1/deadlines", {})
    async with _manager(desk) as manager:
        refused = await manager.get("/v1/deadlines", params=query)

    assert [(one["caseId"], one["policy"]) for one in found] == [(str(own), "first-contact")]
    assert problem(refused) == (403, "forbidden")
    assert await desk.access() == [("deadline:list", "allowed"), ("absence:list", "forbidden")]


@pytest.mark.parametrize("at", [{}, {"asOf": "2027-02-16"}, {"knownAt": "2099-01-01"}])
async def test_an_organisation_lists_its_own_tasks_to_offer_and_nothing_of_a_case(
    desk: Desk, at: dict[str, str]
) -> None:
    offer = replace(SET, policy="offer", organisation=HOSPITAL)
    own = await desk.case("own, a case by now", JOINED, due=FIRST_DAY)
    await desk.told(own, DEADLINE.beside(own, "offer"), offer)
    after = replace(SET, policy="offer-after-no")
    await desk.told(own, DEADLINE.beside(own, "offer-after-no"), after)
    foreign = await desk.case("another's", due=FIRST_DAY)
    other = replace(offer, organisation=uuid5(HOSPITAL, "another"))
    await desk.told(foreign, DEADLINE.beside(foreign, "offer"), other)

    found = await listed(_hospital(desk), "/v1/deadlines", at)
    async with _hospital(desk) as hospital:
        headers = (await hospital.get("/v1/deadlines", params=at)).headers
        queries = [{"uncovered": "true"}, {"uncovered": "true", **at}]
        lists = [await hospital.get("/v1/deadlines", params=query) for query in queries]
        paths = [f"/v1/cases/{own}/deadlines{rest}" for rest in ("", "/offer", "/first-contact")]
        reads = [await hospital.get(path) for path in paths]

    [task] = found
    assert (task["caseId"], task["policy"], task["dueOn"]) == (str(own), "offer", FIRST_DAY)
    assert task["status"] == "open"
    assert headers.keys() & {POSITION_HEADER, "etag"} == set()
    assert {problem(answer) for answer in (*lists, *reads)} == {(403, "forbidden")}


def _hospital(desk: Desk) -> httpx.AsyncClient:
    return desk.stand.client(Role.REFERRER, organisation=HOSPITAL)


def _manager(desk: Desk) -> httpx.AsyncClient:
    return desk.stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
