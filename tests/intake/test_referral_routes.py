"""HTTP for referrals: making them, screening them, and the contact data that consent lets pass."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.vault import Vault
from intake.offer.examples import (
    ACCEPTED,
    CANDIDATE,
    CONSENT_WITHDRAWN,
    CONSENTED,
    DECLINED,
    IDENTIFIED,
    OFFERED,
)
from intake.organisation.examples import HOSPITAL
from intake.referral.decider import REFERRAL
from intake.referral.examples import MADE
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/referrals/{CANDIDATE}"
REFER = f"/v1/candidates/{CANDIDATE}/referrals"
AGREED = (IDENTIFIED, OFFERED, ACCEPTED, CONSENTED)
CONTACT = {
    "name": "Wilhelmina Plantinga",
    "phone": "06 1234 5678",
    "email": "w.plantinga@example.org",
    "address": "Voorbeeldstraat 1, Nergenshuizen",
}
SELF_REFERRAL: Body = {
    "programme": "medical-incidents",
    "source": "self",
    "origin": "2026-11",
    "consent": {"form": "spoken"},
    "contact": CONTACT,
}
CRITERIA = (
    "participating-hospital",
    "calamity",
    "reported-to-inspectorate",
    "possible-calamity",
    "complex-consequences",
)
FITS: Body = {
    "decision": "accepted",
    "assessments": [{"criterion": criterion, "outcome": "yes"} for criterion in CRITERIA],
}
DOES_NOT_FIT: Body = {
    "decision": "accepted",
    "assessments": [{"criterion": criterion, "outcome": "unknown"} for criterion in CRITERIA],
}
OUT: Body = {**DOES_NOT_FIT, "decision": "screened-out", "reason": "no-possible-calamity"}


@pytest.fixture
def service(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.SERVICE)


@pytest.fixture
async def made(tell: Tell) -> None:
    """The candidate agreed and was referred."""
    await tell(*AGREED)
    await tell(MADE, stream=REFERRAL.beside(CANDIDATE))


async def test_a_candidate_who_agreed_is_referred_and_accepted_by_the_desk(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(*AGREED)

    referred = await hospital.post(REFER, json={})
    screened = await desk.post(f"{PATH}/screenings", json=FITS)

    assert (referred.status_code, screened.status_code) == (201, 201)
    assert referred.headers["location"] == screened.headers["location"] == PATH
    assert [r.type for r in store.log[6:]] == [
        "referral.made.v1",
        *["referral.criterion-assessed.v1"] * len(CRITERIA),
        "referral.accepted.v1",
    ]
    answer = await desk.get(PATH)
    assert answer.headers["etag"] == screened.headers["etag"] == '"7"'
    assert answer.json() == {
        "id": str(CANDIDATE),
        "programme": "medical-incidents",
        "source": "hospital",
        "organisation": str(HOSPITAL),
        "origin": "2027-01-20",
        "status": "accepted",
        "madeAt": "2027-03-05T10:00:00Z",
        "linked": [],
        "possibleDuplicates": [],
    }


@pytest.mark.usefixtures("made")
async def test_the_hospital_reads_what_became_of_its_referral_and_another_does_not(
    hospital: httpx.AsyncClient,
    other_hospital: httpx.AsyncClient,
    desk: httpx.AsyncClient,
) -> None:
    await desk.post(f"{PATH}/screenings", json=OUT)

    own = await hospital.get(PATH)
    foreign = await other_hospital.get(PATH)
    random = await other_hospital.get(f"/v1/referrals/{uuid4()}")

    assert own.json()["status"] == "screened-out"
    assert problem(foreign) == (404, "not-found")
    assert foreign.content == random.content


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ((IDENTIFIED,), "offer-not-accepted"),
        ((IDENTIFIED, OFFERED), "offer-not-accepted"),
        ((IDENTIFIED, OFFERED, ACCEPTED), "no-contact-consent"),
        ((*AGREED, CONSENT_WITHDRAWN), "no-contact-consent"),
        ((*AGREED, DECLINED), "offer-not-accepted"),
    ],
)
async def test_nobody_is_referred_who_did_not_agree(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces, before: tuple[object, ...], code: str
) -> None:
    await tell(*before)
    kept = traces()

    answer = await hospital.post(REFER, json={})

    assert problem(answer) == (409, code)
    assert traces() == kept


@pytest.mark.usefixtures("made")
async def test_contact_data_pass_to_other_services_while_consent_stands(
    hospital: httpx.AsyncClient, service: httpx.AsyncClient, vault: Vault, store: MemoryStore
) -> None:
    agreed: Body = {"consent": {"form": "spoken"}, "contact": CONTACT}
    await hospital.post(f"/v1/candidates/{CANDIDATE}/contact-consents", json=agreed)

    passed = await service.get(f"{PATH}/contact-data")
    await hospital.post(f"/v1/candidates/{CANDIDATE}/consent-withdrawals", json={})
    withdrawn = await service.get(f"{PATH}/contact-data")

    assert passed.json() == CONTACT
    assert problem(withdrawn) == (409, "no-contact-consent")
    assert [line.action for line in store.access if line.role == "service"] == [
        "contact-data:read",
        "contact-data:read",
    ]
    assert await vault.open(CANDIDATE, UUID(store.log[-2].event["contact"])) == CONTACT


async def test_what_is_not_known_of_contact_data_is_null(
    hospital: httpx.AsyncClient, service: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, OFFERED)
    contact = {"name": "Wilhelmina Plantinga"}
    agreed: Body = {"reasons": ["unknown"], "consent": {"form": "spoken"}, "contact": contact}
    await hospital.post(f"/v1/candidates/{CANDIDATE}/acceptances", json=agreed)
    await hospital.post(REFER, json={})

    answer = await service.get(f"{PATH}/contact-data")

    assert answer.json() == {**contact, "phone": None, "email": None, "address": None}


@pytest.mark.usefixtures("made")
async def test_the_contact_data_of_someone_who_was_erased_are_gone(
    service: httpx.AsyncClient, hospital: httpx.AsyncClient, vault: Vault, traces: Traces
) -> None:
    await vault.erase(CANDIDATE)
    before = traces()

    read = await service.get(f"{PATH}/contact-data")
    agreed: Body = {"reasons": ["unknown"], "consent": {"form": "spoken"}, "contact": CONTACT}
    sent = await hospital.post(f"/v1/candidates/{CANDIDATE}/acceptances", json=agreed)

    assert problem(read) == problem(sent) == (410, "erased")
    assert traces() == before


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("role", [Role.REFERRER, Role.CASE_MANAGER, Role.ANALYST, Role.TEAM_LEAD])
async def test_contact_data_are_for_the_desk_and_other_services_only(
    stand: Stand, role: Role
) -> None:
    answer = await stand.client(role, organisation=HOSPITAL).get(f"{PATH}/contact-data")

    assert problem(answer) == (403, "forbidden")


async def test_the_desk_enters_a_referral_that_no_hospital_made(
    desk: httpx.AsyncClient,
    service: httpx.AsyncClient,
    hospital: httpx.AsyncClient,
    store: MemoryStore,
) -> None:
    entered = await desk.post("/v1/referrals", json=SELF_REFERRAL)
    path = entered.headers["location"]

    assert (await desk.get(path)).json() == {
        "id": entered.json()["id"],
        "programme": "medical-incidents",
        "source": "self",
        "organisation": None,
        "origin": "2026-11",
        "status": "made",
        "madeAt": "2027-03-05T10:00:00Z",
        "linked": [],
        "possibleDuplicates": [],
    }
    assert (await service.get(f"{path}/contact-data")).json() == CONTACT
    assert problem(await hospital.get(path)) == (404, "not-found")
    assert (store.log[-1].event["origin"], store.log[-1].event["form"]) == ("2026-11", "spoken")


@pytest.mark.parametrize(
    ("day", "version", "codes"),
    [("2018-12-31", 1, CRITERIA[:3]), ("2019-01-01", 2, CRITERIA), ("unknown", 2, CRITERIA)],
)
async def test_a_referral_is_judged_by_the_criteria_of_its_day(
    desk: httpx.AsyncClient, store: MemoryStore, day: str, version: int, codes: tuple[str, ...]
) -> None:
    entered: Body = {**SELF_REFERRAL, "origin": None, "occurredAt": day}
    path = (await desk.post("/v1/referrals", json=entered)).headers["location"]
    assessed = [{"criterion": code, "outcome": "yes"} for code in codes]

    answer = await desk.post(f"{path}/screenings", json={**FITS, "assessments": assessed})

    assert answer.status_code == 201
    assert store.log[-1].event["criteria_version"] == version


async def test_what_only_other_versions_ask_may_be_assessed_beside_and_decides_nothing(
    desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    entered: Body = {**SELF_REFERRAL, "origin": None, "occurredAt": "2018-12-31"}
    path = (await desk.post("/v1/referrals", json=entered)).headers["location"]
    beside = {"possible-calamity": "no", "serious-consequences": "unknown"}
    outcomes = {**dict.fromkeys(CRITERIA[:3], "yes"), **beside}
    assessed = [{"criterion": code, "outcome": said} for code, said in outcomes.items()]

    answer = await desk.post(f"{path}/screenings", json={**FITS, "assessments": assessed})

    assert answer.status_code == 201
    told = [r.event for r in store.log if r.type == "referral.criterion-assessed.v1"]
    assert {event["criterion"]: event["outcome"] for event in told} == outcomes
    assert {event["criteria_version"] for event in told} == {1}
    assert store.log[-1].type == "referral.accepted.v1"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (DOES_NOT_FIT, (409, "criteria-not-met")),
        ({**FITS, "occurredAt": "2027-02-12"}, (409, "impossible-order")),
    ],
)
async def test_what_the_rules_refuse_is_409_and_leaves_no_trace(
    desk: httpx.AsyncClient, traces: Traces, body: Body, refusal: tuple[int, str]
) -> None:
    before = traces()

    answer = await desk.post(f"{PATH}/screenings", json=body)

    assert problem(answer) == refusal
    assert traces() == before


@pytest.mark.usefixtures("made")
async def test_a_referral_is_screened_once(desk: httpx.AsyncClient, traces: Traces) -> None:
    await desk.post(f"{PATH}/screenings", json=OUT)
    before = traces()

    answer = await desk.post(f"{PATH}/screenings", json=FITS)

    assert problem(answer) == (409, "referral-screened-out")
    assert traces() == before
