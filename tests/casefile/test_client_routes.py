"""HTTP for the client system, its needs and what is agreed on: told, read, and kept apart."""

from collections.abc import Awaitable, Callable

import httpx
import orjson
import pytest

from casefile.case.examples import ASSIGNED, CASE_ID, OPENED
from casefile.needs.decider import NEEDS
from casefile.needs.examples import IDENTIFIED, MET, NEED_CLOSED, OTHER_IDENTIFIED, REFERRED
from casefile.persons.decider import PERSONS
from casefile.persons.examples import (
    CHILD,
    CHILD_ADDED,
    CHILD_IS_CLIENT,
    CHILD_SPEAKS,
    PATIENT,
    PATIENT_ADDED,
    PATIENT_DIED,
)
from casefile.plan.decider import PLAN
from casefile.plan.examples import AVAILABLE, LEADS_ALONE, TAKES_OVER
from events.memory import MemoryStore
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
NAME, PHONE = "Wilhelmina Plantinga", "06 1234 5678"
DAUGHTER = {
    "role": "spokesperson",
    "mandate": "by-agreement",
    "relation": "child",
    "contactLimits": ["language-barrier"],
    "preferredChannel": "home-visit",
    "contact": {"name": NAME, "phone": PHONE},
    "occurredAt": "2027-02-18",
}
WORDS = "She wants to know how the investigation goes on."


@pytest.fixture(autouse=True)
async def case(tell: Tell) -> None:
    """A case with its case manager."""
    await tell(OPENED, ASSIGNED)


def logged(store: MemoryStore) -> str:
    return "".join(orjson.dumps(recorded.event).decode() for recorded in store.log)


async def test_a_person_joins_the_client_system_and_a_name_stays_in_the_vault(
    manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    added = await manager.post(f"{PATH}/persons", json=DAUGHTER)
    place = added.headers["location"]

    person = (await manager.get(place)).json()
    contact = (await manager.get(f"{place}/contact-data")).json()
    assert added.status_code == 201
    assert person == {
        "id": added.json()["id"],
        "role": "spokesperson",
        "since": "2027-02-18",
        "relation": "child",
        "mandate": "by-agreement",
        "clientType": None,
        "contactLimits": ["language-barrier"],
        "preferredChannel": "home-visit",
        "function": None,
        "diedAt": None,
    }
    assert contact == {"name": NAME, "phone": PHONE, "email": None, "address": None}
    assert NAME not in logged(store)
    assert PHONE not in logged(store)


async def test_the_contact_person_of_the_hospital_has_a_function_there(
    manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    officer = {
        "role": "hospital-contact",
        "relation": "hospital-staff",
        "function": "complaints-officer",
        "contact": {"name": NAME, "phone": PHONE},
    }
    place = (await manager.post(f"{PATH}/persons", json=officer)).headers["location"]

    [person] = (await manager.get(PATH)).json()["persons"]
    other = {"function": "patient-support", "contact": {"name": "A. Visser"}}
    await manager.post(f"{place}/details", json=other)
    now = (await manager.get(place)).json()

    assert (person["role"], person["relation"]) == ("hospital-contact", "hospital-staff")
    assert (person["function"], now["function"]) == ("complaints-officer", "patient-support")
    assert NAME not in logged(store)


async def test_a_person_that_was_added_before_functions_were_told_has_none(
    manager: httpx.AsyncClient, store: MemoryStore
) -> None:
    place = (await manager.post(f"{PATH}/persons", json=DAUGHTER)).headers["location"]
    del store.log[-1].event["function"]

    assert (await manager.get(place)).json()["function"] is None


async def test_contact_data_of_a_person_are_replaced_as_a_whole(
    manager: httpx.AsyncClient,
) -> None:
    place = (await manager.post(f"{PATH}/persons", json=DAUGHTER)).headers["location"]

    moved = {"contact": {"name": NAME, "address": "Noordeinde 5"}, "occurredAt": "2027-02-20"}
    await manager.post(f"{place}/details", json=moved)
    newer = (await manager.get(f"{place}/contact-data")).json()
    await manager.post(f"{place}/details", json={"preferredChannel": "phone"})
    none = await manager.get(f"{place}/contact-data")
    person = (await manager.get(place)).json()

    assert newer == {"name": NAME, "phone": None, "email": None, "address": "Noordeinde 5"}
    assert problem(none) == (404, "not-found")
    assert (person["contactLimits"], person["preferredChannel"]) == ([], "phone")


async def test_what_is_told_last_stands_where_nobody_knows_what_came_first(
    manager: httpx.AsyncClient,
) -> None:
    vaguely, day = {"occurredAt": "unknown"}, {"occurredAt": "2027-02-20"}
    person = await manager.post(f"{PATH}/persons", json={**DAUGHTER, **vaguely})
    need = await manager.post(f"{PATH}/needs", json={"field": "legal", **vaguely})
    met = f"{need.headers['location']}/meetings"
    await manager.post(met, json={"metBy": "network", **vaguely})
    web = {"kind": "mode", "value": "web", **vaguely}
    await manager.post(f"{PATH}/agreements", json=web)

    await manager.post(f"{person.headers['location']}/details", json=day)
    await manager.post(met, json={"metBy": "case-manager", **day})
    await manager.post(f"{PATH}/agreements", json={**web, "value": "sparring", **day})

    gone = await manager.get(f"{person.headers['location']}/contact-data")
    case = (await manager.get(PATH)).json()
    assert problem(gone) == (404, "not-found")
    assert case["persons"][0]["contactLimits"] == []
    assert case["needs"][0]["metBy"] == "case-manager"
    assert [a["value"] for a in case["agreements"] if a["holds"]] == ["sparring"]
    assert (await manager.get(f"{PATH}/persons")).json() == case["persons"]
    assert (await manager.get(f"{PATH}/needs")).json()["needs"] == case["needs"]
    assert (await manager.get(f"{PATH}/agreements")).json() == case["agreements"]


@pytest.mark.parametrize("route", ["persons", "needs", "agreements", "handovers"])
async def test_the_streams_beside_a_case_are_read_by_those_who_read_the_case(
    manager: httpx.AsyncClient, stranger: httpx.AsyncClient, stand: Stand, route: str
) -> None:
    read = await manager.get(f"{PATH}/{route}")

    assert read.status_code == 200
    assert read.headers["etag"] == '"0"'
    assert problem(await stranger.get(f"{PATH}/{route}")) == (404, "not-found")
    assert (await stand.client(Role.DESK).get(f"{PATH}/{route}")).status_code == 200
    analyst = await stand.client(Role.ANALYST).get(f"{PATH}/{route}")
    assert problem(analyst) == (403, "forbidden")


async def test_names_and_words_are_for_the_team_alone(
    manager: httpx.AsyncClient, stand: Stand, stranger: httpx.AsyncClient
) -> None:
    person = (await manager.post(f"{PATH}/persons", json=DAUGHTER)).headers["location"]
    need = await manager.post(f"{PATH}/needs", json={"field": "legal", "words": WORDS})
    told = [f"{person}/contact-data", f"{need.headers['location']}/words"]

    mine = [await manager.get(path) for path in told]
    desk = [await stand.client(Role.DESK).get(path) for path in told]
    other = [await stranger.get(path) for path in told]

    assert [answer.status_code for answer in mine] == [200, 200]
    assert [problem(answer) for answer in desk] == [(403, "forbidden")] * 2
    assert [problem(answer) for answer in other] == [(404, "not-found")] * 2


async def test_when_the_client_dies_the_case_goes_on_and_a_next_of_kin_becomes_the_client(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(PATIENT_ADDED, CHILD_ADDED, CHILD_SPEAKS, stream=PERSONS.beside(CASE_ID))

    died = {"person": str(PATIENT), "occurredAt": "2027-02-23"}
    death = await manager.post(f"{PATH}/deaths", json=died)
    becomes = {"role": "client", "clientType": "next-of-kin", "occurredAt": "2027-02-24"}
    client = await manager.post(f"{PATH}/persons/{CHILD}/roles", json=becomes)

    case = (await manager.get(PATH)).json()
    assert (death.status_code, client.status_code) == (201, 201)
    assert (case["id"], case["status"]) == (str(CASE_ID), "open")
    roles = {p["id"]: (p["role"], p["clientType"], p["diedAt"]) for p in case["persons"]}
    assert roles == {
        str(PATIENT): ("client", "patient", "2027-02-23"),
        str(CHILD): ("client", "next-of-kin", None),
    }


async def test_a_case_is_read_as_it_was_on_a_day(manager: httpx.AsyncClient, tell: Tell) -> None:
    persons = [PATIENT_ADDED, CHILD_ADDED, CHILD_SPEAKS, PATIENT_DIED, CHILD_IS_CLIENT]
    await tell(*persons, stream=PERSONS.beside(CASE_ID))
    await tell(IDENTIFIED, OTHER_IDENTIFIED, MET, NEED_CLOSED, stream=NEEDS.beside(CASE_ID))
    await tell(TAKES_OVER, LEADS_ALONE, stream=PLAN.beside(CASE_ID))

    before = (await manager.get(PATH, params={"asOf": "2027-02-23"})).json()
    now = (await manager.get(PATH)).json()

    def said(case: dict[str, list[dict[str, object]]]) -> list[object]:
        return [
            sorted(str(person["role"]) for person in case["persons"]),
            [need["metBy"] for need in case["needs"]],
            [agreed["value"] for agreed in case["agreements"] if agreed["holds"]],
        ]

    assert said(before) == [["client", "spokesperson"], [None, None], ["web"]]
    assert said(now) == [["client", "client"], ["case-manager", None], ["sparring"]]


async def test_a_need_is_opened_met_and_closed(manager: httpx.AsyncClient) -> None:
    body = {"field": "legal", "theme": "legal", "words": WORDS, "occurredAt": "2027-02-18"}
    place = (await manager.post(f"{PATH}/needs", json=body)).headers["location"]

    met = {"metBy": "network", "occurredAt": "2027-02-20"}
    answers = [
        await manager.post(f"{place}/meetings", json=met),
        await manager.post(f"{place}/closings", json={"occurredAt": "2027-02-21"}),
        await manager.post(f"{PATH}/referrals-out", json={"target": "lawyer"}),
    ]

    read = (await manager.get(f"{PATH}/needs")).json()
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert read["needs"] == [
        {
            "id": place.rpartition("/")[2],
            "person": None,
            "field": "legal",
            "theme": "legal",
            "identifiedAt": "2027-02-18",
            "metBy": "network",
            "metAt": "2027-02-20",
            "closedAt": "2027-02-21",
        }
    ]
    assert [referral["target"] for referral in read["referralsOut"]] == ["lawyer"]
    assert (await manager.get(f"{place}/words")).json() == {"text": WORDS}


@pytest.mark.parametrize("target", ["employer", "funeral-director", "unknown"])
async def test_to_whom_a_client_was_referred_is_read_also_where_nobody_knows_it(
    manager: httpx.AsyncClient, target: str
) -> None:
    await manager.post(f"{PATH}/referrals-out", json={"target": target})

    [referral] = (await manager.get(f"{PATH}/needs")).json()["referralsOut"]
    assert referral["target"] == target


async def test_a_need_may_be_that_of_one_person_of_the_client_system(
    manager: httpx.AsyncClient, traces: Callable[[], list[int]]
) -> None:
    person = (await manager.post(f"{PATH}/persons", json=DAUGHTER)).json()["id"]
    need = {"field": "psychosocial", "person": person}

    hers = await manager.post(f"{PATH}/needs", json=need)
    before = traces()
    nobodys = await manager.post(f"{PATH}/needs", json={**need, "person": str(CASE_ID)})

    [read] = (await manager.get(f"{PATH}/needs")).json()["needs"]
    assert (read["id"], read["person"]) == (hers.json()["id"], person)
    assert problem(nobodys) == (409, "no-such-person")
    assert traces() == before


async def test_what_was_not_written_down_is_not_found(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OTHER_IDENTIFIED, REFERRED, stream=NEEDS.beside(CASE_ID))
    await tell(TAKES_OVER, stream=PLAN.beside(CASE_ID))
    await tell(PATIENT_ADDED, stream=PERSONS.beside(CASE_ID))

    for place in (
        f"needs/{OTHER_IDENTIFIED.need}/words",
        f"needs/{CASE_ID}/words",
        f"agreements/{TAKES_OVER.agreement}/words",
        f"handovers/{CASE_ID}/words",
        f"persons/{PATIENT}/contact-data",
        f"persons/{CASE_ID}/contact-data",
        f"persons/{CASE_ID}",
    ):
        assert problem(await manager.get(f"{PATH}/{place}")) == (404, "not-found")


async def test_a_mode_changes_and_its_history_stays(manager: httpx.AsyncClient, tell: Tell) -> None:
    await tell(TAKES_OVER, AVAILABLE, stream=PLAN.beside(CASE_ID))

    change = {"kind": "mode", "value": "sparring", "occurredAt": "2027-02-24"}
    await manager.post(f"{PATH}/agreements", json=change)

    read = (await manager.get(f"{PATH}/agreements")).json()
    assert [(a["kind"], a["value"], a["words"], a["holds"]) for a in read] == [
        ("availability", None, True, True),
        ("mode", "web", False, False),
        ("mode", "sparring", False, True),
    ]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"kind": "availability"}, "#/words"),
        ({"kind": "availability", "value": "web", "words": WORDS}, "#/value"),
        ({"kind": "mode", "words": WORDS}, "#/value"),
        ({"kind": "channel", "value": "web"}, "#/value"),
    ],
)
async def test_a_kind_takes_a_code_of_its_vocabulary_or_words(
    manager: httpx.AsyncClient, store: MemoryStore, body: dict[str, str], place: str
) -> None:
    answer = await manager.post(f"{PATH}/agreements", json=body)

    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [place]
    assert (len(store.log), store.vault) == (2, {})


@pytest.mark.parametrize("kind", ["availability", "task-division"])
async def test_words_of_an_agreement_lie_in_the_vault(
    manager: httpx.AsyncClient, store: MemoryStore, kind: str
) -> None:
    body = {"kind": kind, "words": WORDS}

    place = (await manager.post(f"{PATH}/agreements", json=body)).headers["location"]

    [agreed] = (await manager.get(f"{PATH}/agreements")).json()
    assert (agreed["kind"], agreed["holds"]) == (kind, True)
    assert (await manager.get(f"{place}/words")).json() == {"text": WORDS}
    assert WORDS not in logged(store)
