"""HTTP for how a referral may end: withdrawn, screened out with reasons; and consent taken back."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from events.memory import MemoryStore
from intake.offer.examples import ACCEPTED, CANDIDATE, CONSENTED, IDENTIFIED, OFFERED
from intake.referral.decider import REFERRAL
from intake.referral.examples import MADE
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/referrals/{CANDIDATE}"
CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}
SELF: Body = {
    "programme": "medical-incidents",
    "source": "self",
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
WORDS = "Er speelt vooral iets anders."
OUT: Body = {
    "decision": "screened-out",
    "reason": "other-problem",
    "explanation": WORDS,
    "assessments": [{"criterion": criterion, "outcome": "no"} for criterion in CRITERIA],
}
WITHDRAW: Body = {"reason": "client-changed-mind", "explanation": WORDS}
GIVE: Body = {"consent": {"form": "written"}, "contact": {"name": "W. Plantinga"}}
ROUTES: dict[str, Body] = {
    "withdrawals": WITHDRAW,
    "contact-consents": GIVE,
    "consent-withdrawals": {},
}


@pytest.fixture
async def made(tell: Tell) -> None:
    """The candidate agreed and was referred."""
    await tell(IDENTIFIED, OFFERED, ACCEPTED, CONSENTED)
    await tell(MADE, stream=REFERRAL.beside(CANDIDATE))


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("who", ["hospital", "desk"])
async def test_a_referral_is_taken_back_before_it_is_decided_on(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, store: MemoryStore, who: str
) -> None:
    client = {"hospital": hospital, "desk": desk}[who]

    withdrawn = await client.post(f"{PATH}/withdrawals", json=WITHDRAW)
    again = await client.post(f"{PATH}/withdrawals", json=WITHDRAW)
    screened = await desk.post(f"{PATH}/screenings", json=OUT)
    referred = await hospital.post(f"/v1/candidates/{CANDIDATE}/referrals", json={})

    assert withdrawn.headers["location"] == PATH
    assert again.headers["etag"] == withdrawn.headers["etag"] == '"2"'
    assert (await desk.get(PATH)).json()["status"] == "withdrawn"
    assert problem(screened) == problem(referred) == (409, "referral-withdrawn")
    assert store.log[-1].type == "referral.withdrawn.v1"


@pytest.mark.usefixtures("made")
async def test_what_was_decided_on_is_not_taken_back(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    await desk.post(f"{PATH}/screenings", json=OUT)

    answer = await hospital.post(f"{PATH}/withdrawals", json=WITHDRAW)

    assert problem(answer) == (409, "referral-screened-out")


@pytest.mark.usefixtures("made")
async def test_why_a_referral_was_screened_out_is_for_the_desk_to_read(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    await desk.post(f"{PATH}/screenings", json=OUT)
    path = f"{PATH}/explanations/{store.log[-1].event['explanation']}"

    told = await desk.get(path)
    other = await desk.get(f"{PATH}/explanations/{store.log[-1].id}")

    assert told.json()["text"] == WORDS
    assert problem(other) == (404, "not-found")
    assert problem(await hospital.get(path)) == (403, "forbidden")
    assert "anders" not in repr(store.log)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"reason": "no-idea"}, ["#/reason"]),
        ({"explanation": "x" * 2001}, ["#/explanation", "#/reason"]),
        ({**WITHDRAW, "occurredAt": "2028", "note": "!"}, ["#/note", "#/occurredAt"]),
    ],
)
async def test_a_mistaken_withdrawal_is_not_recorded(
    hospital: httpx.AsyncClient, traces: Traces, body: Body, fields: list[str]
) -> None:
    before = traces()

    answer = await hospital.post(f"{PATH}/withdrawals", json=body)

    assert problem(answer) == (422, "invalid")
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == fields
    assert traces() == before


@pytest.mark.usefixtures("made")
async def test_an_acceptance_needs_no_explanation(desk: httpx.AsyncClient) -> None:
    answer = await desk.post(
        f"{PATH}/screenings", json={**OUT, "decision": "accepted", "reason": None}
    )

    assert problem(answer) == (422, "invalid")


async def test_who_came_alone_takes_consent_back_and_gives_it_again(
    desk: httpx.AsyncClient,
) -> None:
    path = (await desk.post("/v1/referrals", json=SELF)).headers["location"]

    withdrawn = await desk.post(f"{path}/consent-withdrawals", json={})
    without = await desk.get(f"{path}/contact-data")
    given = await desk.post(f"{path}/contact-consents", json=GIVE)
    passed = await desk.get(f"{path}/contact-data")

    assert withdrawn.headers["location"] == given.headers["location"] == path
    assert problem(without) == (409, "no-contact-consent")
    assert passed.json()["name"] == "W. Plantinga"


@pytest.mark.usefixtures("made")
async def test_consent_that_was_given_with_an_offer_is_not_taken_back_here(
    desk: httpx.AsyncClient, traces: Traces
) -> None:
    before = traces()

    refused = [
        await desk.post(f"{PATH}/{route}", json=ROUTES[route])
        for route in ("contact-consents", "consent-withdrawals")
    ]
    assert [problem(answer) for answer in refused] == [(409, "consent-of-the-offer")] * 2
    assert traces() == before

    there = await desk.post(f"/v1/candidates/{CANDIDATE}/consent-withdrawals", json={})
    assert there.status_code == 201


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("route", ROUTES)
async def test_others_may_not_and_a_stale_version_is_refused(
    stand: Stand,
    desk: httpx.AsyncClient,
    other_hospital: httpx.AsyncClient,
    traces: Traces,
    route: str,
) -> None:
    before = traces()

    lead = await stand.client(Role.TEAM_LEAD).post(f"{PATH}/{route}", json=ROUTES[route])
    foreign = await other_hospital.post(f"{PATH}/{route}", json=ROUTES[route])
    stale = await desk.post(f"{PATH}/{route}", json=ROUTES[route], headers={"if-match": '"7"'})

    assert problem(lead) == (403, "forbidden")
    assert problem(foreign) in {(403, "forbidden"), (404, "not-found")}
    assert problem(stale) == (412, "stale")
    assert traces() == before


async def test_a_repeated_withdrawal_gets_the_first_answer(
    desk: httpx.AsyncClient, traces: Traces
) -> None:
    path = (await desk.post("/v1/referrals", json=SELF)).headers["location"]
    key = {"idempotency-key": "once"}
    first = await desk.post(f"{path}/withdrawals", json=WITHDRAW, headers=key)
    before = traces()

    again = await desk.post(f"{path}/withdrawals", json=WITHDRAW, headers=key)

    assert again.json() == first.json()
    assert traces() == before


async def test_a_hospital_finds_no_referral_that_it_did_not_make(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    path = (await desk.post("/v1/referrals", json=SELF)).headers["location"]

    answer = await hospital.post(f"{path}/withdrawals", json=WITHDRAW)

    assert problem(answer) == (404, "not-found")
