"""HTTP for cases: what those who hold a case do and read."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

import httpx
import pytest

from casefile.case.examples import (
    ASSIGNED,
    CASE_ID,
    CASE_MANAGER,
    CLOSED,
    CONTACTED,
    HOSPITAL,
    OPENED,
    RECEIVED,
    RELEASED,
)
from casefile.journal.decider import JOURNAL
from casefile.journal.examples import LOGGED
from casefile.track.examples import CLAIM, CLAIM_FILED, CLAIM_OPENED, ENTRY
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import WriteSet
from events.testing import FixedClock
from events.vault import Vault
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
ASSIGN = {"caseManager": str(CASE_MANAGER), "role": "case-manager"}
UNANSWERED = dict.fromkeys(
    ("evaluated", "both-agree", "open-needs-discussed", "referral-discussed"), "unknown"
)
OPENED_AT_NOON = replace(OPENED, occurred=Occurred.parse("2027-02-15T12:00:00Z"))
CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}


async def test_a_case_is_assigned_contacted_and_closed(
    lead: httpx.AsyncClient, manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED)

    assigned = await lead.post(f"{PATH}/case-managers", json=ASSIGN)
    contacted = await manager.post(f"{PATH}/first-contacts", json={"channel": "phone"})
    closing = {"reason": "settled", "occurredAt": "2027-03-05T10:00:00Z"}
    named = {"if-match": contacted.headers["etag"]}
    closed = await manager.post(f"{PATH}/closings", json=closing, headers=named)

    assert (assigned.status_code, contacted.status_code, closed.status_code) == (201, 201, 200)
    assert closed.headers["location"] == PATH
    answer = await manager.get(PATH)
    assert answer.headers["etag"] == closed.headers["etag"] == '"4"'
    assert answer.json() == {
        "id": str(CASE_ID),
        "programme": "medical-incidents",
        "status": "closed",
        "organisation": str(HOSPITAL),
        "referral": None,
        "origin": {
            "origin": None,
            "kind": None,
            "consequence": None,
            "status": None,
            "discovered": None,
            "disclosed": None,
            "disclosedBy": None,
        },
        "openedAt": "2027-02-15",
        "firstContactAt": "2027-03-05T10:00:00Z",
        "firstVisitAt": None,
        "condition": None,
        "intensity": None,
        "region": None,
        "heavy": False,
        "heavyReasons": [],
        "closedAt": "2027-03-05T10:00:00Z",
        "closingReason": "settled",
        "spells": [
            {
                "spell": 1,
                "openedAt": "2027-02-15",
                "windingDownAt": None,
                "closedAt": "2027-03-05T10:00:00Z",
                "closingReason": "settled",
                "checklist": UNANSWERED,
                "openNeeds": [],
            }
        ],
        "caseManagers": [ASSIGN],
        "team": [{**ASSIGN, "since": "2027-03-05T10:00:00Z", "until": None}],
        "backupPeriods": [],
        "handovers": [],
        "persons": [],
        "consents": [],
        "studies": [],
        "needs": [],
        "referralsOut": [],
        "agreements": [],
        "tracks": [],
        "activities": [],
    }


async def test_who_is_released_holds_the_case_no_longer(
    lead: httpx.AsyncClient, manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    release = f"{PATH}/case-managers/{CASE_MANAGER}/releases"

    before = await manager.get(PATH)
    released = await lead.post(release, json={}, headers={"if-match": '"2"'})
    after = await manager.get(PATH)

    assert before.status_code == released.status_code == 200
    assert released.headers["location"] == PATH
    assert problem(after) == (404, "not-found")


async def test_a_case_is_read_with_its_tracks_and_activities(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(CLAIM_OPENED, CLAIM_FILED, stream=CLAIM)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))

    answer = (await manager.get(PATH)).json()

    assert answer["tracks"] == [
        {
            "id": str(CLAIM),
            "track": "liability",
            "version": 2,
            "openedAt": "2027-02-20",
            "phase": "claim-filed",
            "steps": [
                {
                    "id": str(ENTRY),
                    "step": "claim-filed",
                    "outcome": None,
                    "data": {},
                    "occurredAt": "2027-02-28",
                }
            ],
        }
    ]
    assert answer["activities"] == [
        {
            "id": str(LOGGED.activity),
            "caseManager": str(CASE_MANAGER),
            "category": "contact",
            "type": "home-visit",
            "contactMinutes": 75,
            "travelMinutes": 40,
            "registrationMinutes": 10,
            "channel": None,
            "participants": [],
            "attended": None,
            "tags": [],
            "boundaryDoubts": [],
            "treatment": {},
            "hasReport": False,
            "occurredAt": "2027-02-18",
        }
    ]


async def test_a_case_is_read_as_it_was_and_as_it_was_known(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(OPENED, ASSIGNED)
    clock.advance(timedelta(days=30))
    await tell(CONTACTED, RELEASED, CLOSED)
    lead = stand.client(Role.TEAM_LEAD)

    async def read(**moment: str) -> tuple[str, int, str | None]:
        answer = (await lead.get(PATH, params=moment)).json()
        return answer["status"], len(answer["caseManagers"]), answer["firstContactAt"]

    assert await read() == ("closed", 0, "2027-02-17")
    assert await read(knownAt="2027-03-31") == ("open", 1, None)
    assert await read(asOf="2027-02-20") == ("open", 1, "2027-02-17")
    assert await read(asOf="2027-02-16", knownAt="2027-03-31") == ("open", 1, None)
    assert problem(await lead.get(PATH, params={"asOf": "2027-01"})) == (404, "not-found")


async def test_whoever_was_assigned_on_the_day_of_the_opening_is_not_forgotten(
    lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED_AT_NOON)
    assigned = await lead.post(f"{PATH}/case-managers", json={**ASSIGN, "occurredAt": "2027-02-15"})

    answer = await lead.get(PATH)

    assert assigned.status_code == 201
    assert answer.json()["caseManagers"] == [ASSIGN]


async def test_contact_data_are_for_those_who_hold_the_case(
    manager: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    stand: Stand,
    tell: Tell,
    vault: Vault,
    store: MemoryStore,
) -> None:
    await tell(OPENED, ASSIGNED, RECEIVED)
    await store.append(WriteSet(vault=await vault.seal(CASE_ID, RECEIVED.contact, CONTACT)))

    held = await manager.get(f"{PATH}/contact-data")
    not_held = await stranger.get(f"{PATH}/contact-data")
    at_the_desk = await stand.client(Role.DESK).get(f"{PATH}/contact-data")

    assert held.json() == {**CONTACT, "email": None, "address": None}
    assert problem(not_held) == (404, "not-found")
    assert problem(at_the_desk) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["allowed", "not-found", "forbidden"]


async def test_contact_data_that_did_not_come_are_not_found(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    answer = await manager.get(f"{PATH}/contact-data")

    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize("role", [Role.DESK, Role.TEAM_LEAD])
async def test_those_who_watch_over_all_cases_read_each(
    stand: Stand, tell: Tell, role: Role
) -> None:
    await tell(OPENED)

    answer = await stand.client(role).get(PATH)

    assert answer.json()["status"] == "open"
    assert answer.json()["caseManagers"] == []


async def test_whoever_closes_has_seen_the_case_as_it_is(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    seen = (await manager.get(PATH)).headers["etag"]
    await tell(CONTACTED)

    stale = await manager.post(
        f"{PATH}/closings", json={"reason": "settled"}, headers={"if-match": seen}
    )
    seen = (await manager.get(PATH)).headers["etag"]
    closed = await manager.post(
        f"{PATH}/closings", json={"reason": "settled"}, headers={"if-match": seen}
    )

    assert problem(stale) == (412, "stale")
    assert closed.status_code == 200


async def test_work_logged_meanwhile_does_not_make_a_case_stale(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    seen = (await manager.get(PATH)).headers["etag"]
    await tell(LOGGED, stream=uuid5(CASE_ID, "journal"))

    closed = await manager.post(
        f"{PATH}/closings", json={"reason": "settled"}, headers={"if-match": seen}
    )

    assert closed.status_code == 200
