"""HTTP for candidates: what a hospital records of its own, and reads again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx

from events.memory import MemoryStore
from events.testing import FixedClock
from events.vault import Vault
from intake.offer.examples import (
    CANDIDATE,
    DECLINED,
    IDENTIFIED,
    OFFERED,
    OFFERED_AGAIN,
)
from intake.organisation.examples import HOSPITAL
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

CANDIDATES = "/v1/candidates"
PATH = f"{CANDIDATES}/{CANDIDATE}"
CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}
IDENTIFY = {"programme": "medical-incidents", "origin": "2027-01"}
OFFER: Body = {"channel": "phone", "byFunction": "doctor"}
ACCEPT: Body = {"reasons": ["clear-need"], "consent": {"form": "spoken"}, "contact": CONTACT}


async def test_a_candidate_is_identified_offered_and_accepts(
    hospital: httpx.AsyncClient, store: MemoryStore
) -> None:
    identified = await hospital.post(CANDIDATES, json=IDENTIFY)
    path = identified.headers["location"]
    await hospital.post(f"{path}/offers", json=OFFER)
    accepted = await hospital.post(f"{path}/acceptances", json=ACCEPT)

    assert (identified.status_code, accepted.status_code) == (201, 201)
    assert accepted.headers["location"] == path == f"{CANDIDATES}/{identified.json()['id']}"
    assert [r.type for r in store.log if str(r.key) in path] == [
        "offer.candidate-identified.v1",
        "offer.made.v1",
        "offer.accepted.v1",
        "offer.contact-consent-given.v1",
    ]
    answer = await hospital.get(path)
    assert answer.headers["etag"] == accepted.headers["etag"] == '"4"'
    assert answer.json() == {
        "id": identified.json()["id"],
        "programme": "medical-incidents",
        "organisation": str(HOSPITAL),
        "origin": "2027-01",
        "assessments": [],
        "status": "accepted",
        "attempts": 1,
        "final": False,
        "consented": True,
    }


async def test_all_that_follows_runs_under_the_programme_of_the_candidate(
    hospital: httpx.AsyncClient, store: MemoryStore
) -> None:
    path = (await hospital.post(CANDIDATES, json=IDENTIFY)).headers["location"]
    await hospital.post(f"{path}/withholdings", json={"reason": "cannot-cope"})

    programmes = {(r.metadata.programme, r.metadata.programme_version) for r in store.log[2:]}
    assert programmes == {("medical-incidents", 1)}
    assert {r.metadata.role for r in store.log[2:]} == {"referrer"}


async def test_consent_given_again_replaces_the_contact_data(
    hospital: httpx.AsyncClient, tell: Tell, vault: Vault, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, OFFERED)
    await hospital.post(f"{PATH}/acceptances", json=ACCEPT)

    newer = {**ACCEPT, "contact": {"name": "Wilhelmina Plantinga", "phone": "06 8765 4321"}}
    answer = await hospital.post(f"{PATH}/acceptances", json=newer)

    assert answer.status_code == 201
    contact = UUID(store.log[-1].event["contact"])
    assert await vault.open(CANDIDATE, contact) == newer["contact"]


async def test_a_repeated_request_gets_the_first_answer(
    hospital: httpx.AsyncClient, traces: Traces
) -> None:
    key = {"idempotency-key": "once"}
    first = await hospital.post(CANDIDATES, json=IDENTIFY, headers=key)
    before = traces()

    again = await hospital.post(CANDIDATES, json=IDENTIFY, headers=key)
    other = await hospital.post(CANDIDATES, json={**IDENTIFY, "origin": "2026"}, headers=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert problem(other) == (422, "idempotency-key-reused")
    assert traces() == before


async def test_a_repeated_acceptance_seals_nothing_twice(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED, OFFERED)
    key = {"idempotency-key": "once"}
    first = await hospital.post(f"{PATH}/acceptances", json=ACCEPT, headers=key)
    before = traces()

    again = await hospital.post(f"{PATH}/acceptances", json=ACCEPT, headers=key)

    assert again.json() == first.json()
    assert traces() == before


async def test_a_candidate_is_read_as_it_was_and_as_it_was_known(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(IDENTIFIED, OFFERED)
    clock.advance(timedelta(days=30))
    await tell(DECLINED, OFFERED_AGAIN)
    hospital = stand.client(Role.REFERRER, organisation=HOSPITAL)

    async def read(**moment: str) -> tuple[str, int]:
        answer = (await hospital.get(PATH, params=moment)).json()
        return answer["status"], answer["attempts"]

    assert await read() == ("offered", 2)
    assert await read(knownAt="2027-03-31") == ("offered", 1)
    assert await read(asOf="2027-02-15") == ("declined", 1)
    assert await read(asOf="2027-02-15", knownAt="2027-03-31") == ("offered", 1)
    assert await read(asOf="2027-02-02") == ("identified", 0)
    assert problem(await hospital.get(PATH, params={"asOf": "2027-01"})) == (404, "not-found")


async def test_the_past_has_no_version_to_act_on(hospital: httpx.AsyncClient, tell: Tell) -> None:
    await tell(IDENTIFIED, OFFERED)

    past = await hospital.get(PATH, params={"asOf": "2027-02-02"})
    now = await hospital.get(PATH)

    assert "etag" not in past.headers
    assert now.headers["etag"] == '"2"'
