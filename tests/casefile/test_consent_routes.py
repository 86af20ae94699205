"""HTTP for consents: what a withdrawal ends, and until when."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    BACKUP_ASSIGNED,
    CASE_ID,
    CASE_MANAGER,
    OPENED,
    RECEIVED,
)
from casefile.codec import CODEC
from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentEvent
from casefile.consent.examples import GIVEN, RESEARCH_GIVEN, WITHDRAWN
from casefile.holders import DECIDE_ACCESS
from casefile.persons.decider import PERSONS
from casefile.persons.examples import CHILD, CHILD_ADDED, CHILD_CONTACT
from casefile.views.cases import rows
from events.history import facts
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import WriteSet
from events.vault import Vault
from events.views import Row
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
SUPPORT = {"consent": "support", "form": "written", "scopes": ["whole-service"]}
CONSENTS = CONSENT.beside(CASE_ID)
AGAIN = replace(GIVEN, occurred=Occurred.parse("2027-02-26"))


def last(store: MemoryStore) -> Row:
    """How the case is listed now."""
    log = [CODEC.decode(r) for r in store.log if r.type in DECIDE_ACCESS]
    return rows(CASE_ID, facts(log))[-1]


def by(stand: Stand, case_manager: UUID) -> httpx.AsyncClient:
    return stand.client(Role.CASE_MANAGER, subject=str(case_manager))


async def test_consent_is_given_withdrawn_and_given_again(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    given = await manager.post(f"{PATH}/consents", json={**SUPPORT, "occurredAt": "2027-02-18"})
    withdrawal = {"consent": "support", "occurredAt": "2027-02-24"}
    withdrawn = await manager.post(f"{PATH}/consent-withdrawals", json=withdrawal)
    hidden = await manager.get(PATH)
    standing = (await lead.get(f"{PATH}/consents")).json()
    again = await lead.post(f"{PATH}/consents", json={**SUPPORT, "occurredAt": "2027-02-26"})
    found = await manager.get(PATH)

    assert [a.status_code for a in (given, withdrawn, again)] == [201, 201, 201]
    assert given.headers["location"] == PATH
    assert problem(hidden) == (404, "not-found")
    assert standing == [
        {
            "consent": "support",
            "given": False,
            "refused": False,
            "form": None,
            "scopes": [],
            "occurredAt": "2027-02-24",
        }
    ]
    assert found.json()["consents"] == [
        {
            "consent": "support",
            "given": True,
            "refused": False,
            "form": "written",
            "scopes": ["whole-service"],
            "occurredAt": "2027-02-26",
        }
    ]


async def test_a_refusal_is_read_until_consent_is_given(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    no = {"consent": "research", "reason": "too-burdensome", "occurredAt": "2027-02-19"}

    refused = await manager.post(f"{PATH}/consent-refusals", json=no)
    [read] = (await manager.get(f"{PATH}/consents")).json()
    yes = {"consent": "research", "form": "written", "scopes": ["interview"]}
    await manager.post(f"{PATH}/consents", json={**yes, "occurredAt": "2027-02-20"})
    [now] = (await manager.get(f"{PATH}/consents")).json()
    [then] = (await manager.get(f"{PATH}/consents", params={"asOf": "2027-02-19"})).json()

    assert refused.status_code == 201
    assert read == then
    assert read == {
        "consent": "research",
        "given": False,
        "refused": True,
        "form": None,
        "scopes": [],
        "occurredAt": "2027-02-19",
    }
    assert (now["given"], now["refused"]) == (True, False)


async def test_while_access_is_closed_a_case_manager_does_nothing_and_a_desk_goes_on(
    manager: httpx.AsyncClient, stand: Stand, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(GIVEN, WITHDRAWN, stream=CONSENTS)

    refused = await manager.post(f"{PATH}/first-contacts", json={"channel": "phone"})
    told = await manager.post(f"{PATH}/consents", json=SUPPORT)
    read = await stand.client(Role.DESK).get(PATH)

    assert problem(refused) == problem(told) == (404, "not-found")
    assert read.status_code == 200


async def test_a_withdrawal_that_is_told_late_closes_nothing_that_was_opened_since(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(GIVEN, AGAIN, WITHDRAWN, stream=CONSENTS)

    assert (await manager.get(PATH)).status_code == 200


@pytest.mark.parametrize("known", ["unknown", "2027-02"])
async def test_what_ends_access_ends_it_however_little_is_known_of_what_it_ends(
    stand: Stand, store: MemoryStore, tell: Tell, known: str
) -> None:
    vaguely = Occurred.parse(known)
    await tell(OPENED, ASSIGNED, replace(BACKUP_ASSIGNED, occurred=vaguely))
    await tell(replace(GIVEN, occurred=vaguely), stream=CONSENTS)
    lead, clients = stand.client(Role.TEAM_LEAD), [by(stand, CASE_MANAGER), by(stand, BACKUP)]

    before = [(await client.get(PATH)).status_code for client in clients]
    release = {"occurredAt": "2027-02-20"}
    path = f"{PATH}/case-managers/{BACKUP}/releases"
    await lead.post(path, json=release, headers={"if-match": "*"})
    between, listed = [(await client.get(PATH)).status_code for client in clients], last(store)
    withdrawal = {"consent": "support", "occurredAt": "2027-02-20"}
    await lead.post(f"{PATH}/consent-withdrawals", json=withdrawal)
    after = [(await client.get(PATH)).status_code for client in clients]

    assert (before, between, after) == ([200, 200], [200, 404], [404, 404])
    assert listed["case_managers"] == [CASE_MANAGER]
    assert last(store)["case_managers"] == []
    assert (await lead.get(PATH)).json()["consents"][0]["given"] is False


async def test_records_and_lists_are_open_to_the_same_case_managers(
    store: MemoryStore, tell: Tell
) -> None:
    orders: list[list[ConsentEvent]] = [[], [WITHDRAWN], [AGAIN]]

    await tell(OPENED, ASSIGNED)
    listed = []
    for order in orders:
        await tell(*order, stream=CONSENTS)
        listed.append((last(store)["case_managers"], last(store)["team"]))

    team = [ASSIGNED.case_manager]
    assert listed == [(team, team), ([], team), (team, team)]


async def test_a_case_is_a_member_of_a_study_while_its_consent_holds(
    lead: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED)
    await tell(RESEARCH_GIVEN, stream=CONSENTS)

    before = (await lead.get(PATH)).json()["studies"]
    await lead.post(f"{PATH}/consent-withdrawals", json={"consent": "research"})
    after = (await lead.get(PATH)).json()["studies"]
    then = (await lead.get(PATH, params={"asOf": "2027-03-01"})).json()["studies"]

    assert (before, after, then) == (["evaluation"], [], ["evaluation"])


async def test_contact_data_are_closed_when_the_consent_to_have_them_is_withdrawn(
    manager: httpx.AsyncClient, store: MemoryStore, vault: Vault, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, RECEIVED)
    await tell(CHILD_ADDED, stream=PERSONS.beside(CASE_ID))
    records = {id_: {"name": "Wilhelmina Plantinga"} for id_ in (RECEIVED.contact, CHILD_CONTACT)}
    await store.append(WriteSet(vault=(await vault.key(CASE_ID)).seal_all(records)))
    places = [f"{PATH}/contact-data", f"{PATH}/persons/{CHILD}/contact-data"]

    before = [await manager.get(place) for place in places]
    await manager.post(f"{PATH}/consent-withdrawals", json={"consent": "contact-data"})
    after = [await manager.get(place) for place in places]

    assert [answer.status_code for answer in before] == [200, 200]
    assert {problem(answer) for answer in after} == {(404, "not-found")}


async def test_what_is_withdrawn_says_what_ends_as_the_programme_has_it(
    lead: httpx.AsyncClient, store: MemoryStore, tell: Tell
) -> None:
    await tell(OPENED)

    await lead.post(
        f"{PATH}/consent-withdrawals", json={"consent": "support", "occurredAt": "2027-02-24"}
    )

    assert CODEC.decode(store.log[-1]).event == WITHDRAWN
