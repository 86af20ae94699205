"""HTTP for appointments: planning, confirming, calling off, holding, reading; by whom."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.testing import METADATA, FixedClock, told
from kit.access import Role
from kit.testing import Stand, problem
from scheduling.appointment.decider import APPOINTMENT
from scheduling.appointment.examples import (
    APPOINTMENT_ID,
    APPOINTMENTS,
    CANCELLED,
    CONFIRMED,
    HELD,
    PLANNED,
)
from scheduling.codec import CODEC
from scheduling.consent.decider import CONSENT
from scheduling.consent.examples import GIVEN, WITHDRAWN
from scheduling.deadline.examples import CASE_ID
from scheduling.team.decider import TEAM
from scheduling.team.examples import BACKUP, CASE_MANAGER, JOINED, LEFT

Tell = Callable[..., Awaitable[None]]
Body = dict[str, Any]

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
PATH = f"/v1/cases/{CASE_ID}/appointments"
ONE = f"{PATH}/{APPOINTMENT_ID}"
BOARD_TALK: Body = {
    "kind": "board-talk",
    "startsAt": "2027-04-06T11:00:00+02:00",
    "minutes": 60,
    "participants": ["client", "board"],
    "mustConfirm": ["board"],
}
SHOWN: Body = {
    "caseId": str(CASE_ID),
    "kind": "board-talk",
    "caseManager": str(CASE_MANAGER),
    "timeZone": "Europe/Amsterdam",
    "minutes": 60,
    "participants": ["client", "board"],
    "mustConfirm": ["board"],
    "confirmedBy": [],
    "status": "planned",
    "cancelledBy": None,
    "noticeHours": None,
    "attended": None,
}


@pytest.fixture
def case(store: MemoryStore) -> Tell:
    """Facts about the case of the examples, each on its stream."""

    async def told_of(*events: object) -> None:
        for event in events:
            name, _ = CODEC.encode(event)
            [kind] = [each for each in (APPOINTMENT, CONSENT, TEAM) if each.codec.reads(name)]
            own = kind.beside(CASE_ID)
            await told(store, CODEC, CASE_ID, event, stream=own, metadata=UNDER_PROGRAMME)

    return told_of


def own(stand: Stand) -> httpx.AsyncClient:
    """A client of the case manager; its token holds for some minutes."""
    return stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))


@pytest.fixture
def case_manager(stand: Stand) -> httpx.AsyncClient:
    return own(stand)


async def test_a_case_manager_plans_an_appointment_which_is_confirmed_and_held(
    case: Tell, stand: Stand, clock: FixedClock
) -> None:
    await case(JOINED)
    case_manager = own(stand)

    planned = await case_manager.post(PATH, json=BOARD_TALK)
    place = planned.headers["location"]
    confirmed = await case_manager.post(f"{place}/confirmations", json={"participant": "board"})
    clock.advance(timedelta(days=40))
    case_manager = own(stand)
    held = await case_manager.post(f"{place}/meetings", json={"attended": "yes"})
    answer = await case_manager.get(place)

    assert [a.status_code for a in (planned, confirmed, held)] == [201, 201, 201]
    assert place == f"{PATH}/{planned.json()['id']}"
    assert {a.headers["location"] for a in (planned, confirmed, held)} == {place}
    assert answer.headers["etag"] == held.headers["etag"] == '"3"'
    assert answer.json() == SHOWN | {
        "id": planned.json()["id"],
        "startsAt": "2027-04-06T09:00:00Z",
        "confirmedBy": ["board"],
        "status": "held",
        "attended": "yes",
    }


async def test_an_appointment_is_called_off_by_somebody_with_some_notice(
    case: Tell, desk: httpx.AsyncClient
) -> None:
    await case(JOINED)
    late = {"by": "hospital", "occurredAt": "2027-03-04T06:30:00Z"}
    talk = BOARD_TALK | {"startsAt": "2027-03-04T09:00:00Z", "occurredAt": "2027-02-20"}

    planned = await desk.post(PATH, json=talk | {"caseManager": str(CASE_MANAGER)})
    place = planned.headers["location"]
    cancelled = await desk.post(f"{place}/cancellations", json=late)
    answer = (await desk.get(place)).json()

    assert (planned.status_code, cancelled.status_code) == (201, 201)
    assert (answer["status"], answer["cancelledBy"], answer["noticeHours"]) == (
        "cancelled",
        "hospital",
        2,
    )
    confirmed = await desk.post(f"{place}/confirmations", json={"participant": "board"})
    assert problem(confirmed) == (409, "appointment-cancelled")


async def test_a_request_that_is_repeated_plans_once_and_a_stale_version_is_refused(
    case: Tell, case_manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    await case(JOINED)
    once = {"idempotency-key": "once"}

    first = await case_manager.post(PATH, json=BOARD_TALK, headers=once)
    again = await case_manager.post(PATH, json=BOARD_TALK, headers=once)
    stale = await case_manager.post(
        f"{first.headers['location']}/cancellations",
        json={"by": "client"},
        headers={"if-match": '"0"'},
    )

    assert again.json() == first.json()
    assert problem(stale) == (412, "stale")
    assert len([r for r in store.log if r.stream == APPOINTMENTS]) == 1


async def test_nothing_is_planned_while_a_consent_is_withdrawn_on_which_appointments_rest(
    case: Tell, desk: httpx.AsyncClient, case_manager: httpx.AsyncClient
) -> None:
    await case(JOINED, WITHDRAWN)
    body = BOARD_TALK | {"caseManager": str(CASE_MANAGER)}

    refused = await desk.post(PATH, json=body)
    hidden = await case_manager.post(PATH, json=body)
    await case(GIVEN)
    planned = await case_manager.post(PATH, json=body)

    assert problem(refused) == (409, "appointments-stopped")
    assert problem(hidden) == (404, "not-found")
    assert planned.status_code == 201


@pytest.mark.parametrize("role", [Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE])
async def test_appointments_are_for_those_who_work_on_cases(
    stand: Stand, case: Tell, role: Role
) -> None:
    await case(JOINED, PLANNED)
    other = stand.client(role)

    answers = [
        await other.get(PATH),
        await other.get(ONE),
        await other.get("/v1/appointments"),
        await other.post(PATH, json=BOARD_TALK),
        await other.post(f"{ONE}/cancellations", json={"by": "client"}),
    ]

    assert [problem(answer) for answer in answers] == [(403, "forbidden")] * 5


async def test_a_case_that_is_another_case_managers_is_not_found(
    stand: Stand, case: Tell, store: MemoryStore
) -> None:
    await case(JOINED, PLANNED, LEFT)

    for person in (CASE_MANAGER, BACKUP):
        client = stand.client(Role.CASE_MANAGER, subject=str(person))
        answers = [
            await client.get(PATH),
            await client.get(ONE),
            await client.post(PATH, json=BOARD_TALK),
            await client.post(f"{ONE}/meetings", json={}),
        ]
        assert [problem(answer) for answer in answers] == [(404, "not-found")] * 4
    assert {line.outcome for line in store.access} == {"not-found"}
    assert len([r for r in store.log if r.stream == APPOINTMENTS]) == 1


async def test_all_mistakes_of_a_plan_are_named_at_once(
    case: Tell, case_manager: httpx.AsyncClient
) -> None:
    await case(JOINED)
    shapes = {"startsAt": "2027-04-06", "minutes": 0, "timeZone": "Europe/Nowhere"}
    codes = {"kind": "tea", "participants": ["client", "king"], "mustConfirm": ["doctor"]}

    misshapen = await case_manager.post(PATH, json=BOARD_TALK | shapes)
    unknown = await case_manager.post(PATH, json=BOARD_TALK | codes)

    assert problem(misshapen) == problem(unknown) == (422, "invalid")
    assert {e["pointer"] for e in misshapen.json()["errors"]} == {f"#/{name}" for name in shapes}
    assert sorted(e["pointer"] for e in unknown.json()["errors"]) == [
        "#/kind",
        "#/mustConfirm",
        "#/participants/1",
    ]


async def test_whose_it_is_must_be_said_by_whoever_is_no_person(stand: Stand, case: Tell) -> None:
    await case(JOINED)
    nobody = stand.client(Role.DESK, subject="a-machine")

    answer = await nobody.post(PATH, json=BOARD_TALK)

    assert problem(answer) == (422, "invalid")
    assert [e["pointer"] for e in answer.json()["errors"]] == ["#/caseManager"]


async def test_appointments_are_read_as_they_stood_and_were_known(
    case: Tell, stand: Stand, clock: FixedClock
) -> None:
    await case(JOINED, PLANNED, CONFIRMED)
    clock.advance(timedelta(days=30))
    await case(HELD)
    desk = stand.client(Role.DESK)

    async def status(**moment: str) -> str:
        one = (await desk.get(ONE, params=moment)).json()["status"]
        [listed] = (await desk.get(PATH, params=moment)).json()
        assert listed["status"] == one
        return str(one)

    assert await status() == "held"
    assert await status(knownAt="2027-03-31") == "confirmed"
    assert await status(asOf="2027-02-20") == "planned"
    assert problem(await desk.get(ONE, params={"asOf": "2027-02-17"})) == (404, "not-found")
    assert (await desk.get(PATH, params={"asOf": "2027-02-17"})).json() == []


async def test_appointments_of_a_case_are_read_by_their_start(
    case: Tell, case_manager: httpx.AsyncClient
) -> None:
    await case(JOINED, PLANNED, CANCELLED)
    for day in ("08", "07"):
        starts = {"startsAt": f"2027-04-{day}T09:00:00Z"}
        assert (await case_manager.post(PATH, json=BOARD_TALK | starts)).status_code == 201

    found = (await case_manager.get(PATH)).json()

    assert [one["startsAt"] for one in found] == [
        "2027-03-02T09:00:00Z",
        "2027-04-07T09:00:00Z",
        "2027-04-08T09:00:00Z",
    ]
    assert [one["status"] for one in found] == ["cancelled", "planned", "planned"]


async def test_what_is_on_no_case_is_not_found(case: Tell, desk: httpx.AsyncClient) -> None:
    await case(JOINED, PLANNED)
    other = f"/v1/cases/{uuid4()}/appointments"

    assert problem(await desk.get(f"{PATH}/{uuid4()}")) == (404, "not-found")
    assert problem(await desk.get(other)) == (404, "not-found")
    assert problem(await desk.post(other, json=BOARD_TALK)) == (404, "not-found")
    missing = await desk.post(f"{PATH}/{uuid4()}/cancellations", json={"by": "client"})
    assert problem(missing) == (409, "no-such-appointment")
