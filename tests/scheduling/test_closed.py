"""While a message on which access rests is parked, its case is open to no case manager."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import httpx
import pytest

from events.broker import Message, Partition
from events.envelope import topic_of
from events.memory import MemoryStore
from events.parking import Lane
from events.parking_memory import MemoryYard
from events.testing import METADATA, told
from kit.access import Role
from kit.testing import Stand, problem
from scheduling.appointment.decider import APPOINTMENT
from scheduling.appointment.examples import APPOINTMENT_ID, PLANNED
from scheduling.codec import CODEC
from scheduling.deadline.examples import CASE_ID
from scheduling.reactions import consents, deadlines
from scheduling.team.decider import TEAM
from scheduling.team.examples import CASE_MANAGER, JOINED

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
PATH = f"/v1/cases/{CASE_ID}/appointments"
ONE = f"{PATH}/{APPOINTMENT_ID}"
PLAN = {
    "kind": "board-talk",
    "caseManager": str(CASE_MANAGER),
    "startsAt": "2027-04-06T11:00:00+02:00",
    "minutes": 60,
    "participants": ["client", "board"],
    "mustConfirm": [],
}
CONSENTS = Lane(consents.GROUP, topic_of("casefile"), CASE_ID)

Park = Callable[[Lane], Awaitable[None]]


@pytest.fixture
def park(yard: MemoryYard) -> Park:
    async def park(lane: Lane) -> None:
        partition = Partition(lane.topic, 0)
        message = Message(
            partition=partition, offset=1, key=str(lane.key).encode(), headers=(), value=b""
        )
        await yard.park(lane, message, "unreadable")

    return park


@pytest.fixture(autouse=True)
async def planned(store: MemoryStore) -> None:
    tell = partial(told, store, CODEC, CASE_ID, metadata=UNDER_PROGRAMME)
    await tell(JOINED, stream=TEAM.beside(CASE_ID))
    await tell(PLANNED, stream=APPOINTMENT.beside(CASE_ID))


@pytest.fixture
def case_manager(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))


async def asked(client: httpx.AsyncClient) -> list[httpx.Response]:
    return [
        await client.get(PATH),
        await client.get(ONE),
        await client.post(PATH, json=PLAN),
        await client.post(f"{ONE}/cancellations", json={"by": "client"}),
    ]


async def test_a_case_manager_finds_no_case_of_which_a_consent_is_parked(
    case_manager: httpx.AsyncClient, store: MemoryStore, park: Park
) -> None:
    before = len(store.log)
    await park(CONSENTS)

    answers = await asked(case_manager)

    assert [problem(answer) for answer in answers] == [(404, "not-found")] * 4
    assert {line.outcome for line in store.access} == {"not-found"}
    assert len(store.log) == before


async def test_it_is_found_again_once_nothing_waits(
    case_manager: httpx.AsyncClient, yard: MemoryYard, park: Park
) -> None:
    await park(CONSENTS)
    hidden = await case_manager.get(ONE)

    await yard.request_retry(CONSENTS)
    first = await yard.first(CONSENTS)
    assert first
    await yard.done(CONSENTS, first)
    found = await case_manager.get(ONE)

    assert (hidden.status_code, found.status_code) == (404, 200)


async def test_nobody_of_its_team_is_mailed_until_nothing_waits(
    stand: Stand, yard: MemoryYard, park: Park
) -> None:
    """What waits may be the withdrawal itself."""
    place = f"/v1/case-managers/{CASE_MANAGER}/addresses"
    await stand.client(Role.DESK).post(place, json={"email": "manager@example.org"})
    service = stand.client(Role.SERVICE)
    recipients = f"/v1/cases/{CASE_ID}/deadlines/settlement-answer/recipients"
    await park(CONSENTS)

    shut = await service.get(recipients)
    await yard.request_retry(CONSENTS)
    first = await yard.first(CONSENTS)
    assert first
    await yard.done(CONSENTS, first)
    open_ = await service.get(recipients)

    assert shut.json() == {"owner": [], "ownerIs": "owner", "backup": []}
    assert open_.json() == {"owner": ["manager@example.org"], "ownerIs": "owner", "backup": []}


@pytest.mark.parametrize("role", [Role.DESK, Role.TEAM_LEAD])
async def test_those_who_watch_over_all_cases_go_on(stand: Stand, park: Park, role: Role) -> None:
    await park(CONSENTS)

    answers = await asked(stand.client(role))

    assert [answer.status_code for answer in answers] == [200, 200, 201, 201]


@pytest.mark.parametrize(
    "lane",
    [
        CONSENTS._replace(group=deadlines.GROUP),
        CONSENTS._replace(key=CASE_MANAGER),
    ],
)
async def test_what_is_parked_elsewhere_closes_no_case(
    case_manager: httpx.AsyncClient, park: Park, lane: Lane
) -> None:
    await park(lane)

    answers = await asked(case_manager)

    assert [answer.status_code for answer in answers] == [200, 200, 201, 201]


async def test_a_request_that_is_repeated_gets_its_first_answer(
    case_manager: httpx.AsyncClient, park: Park
) -> None:
    """As of a case that is another's by now: what was done is told to whoever did it."""
    headers = {"idempotency-key": "once"}
    first = await case_manager.post(PATH, json=PLAN, headers=headers)
    await park(CONSENTS)

    again = await case_manager.post(PATH, json=PLAN, headers=headers)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
