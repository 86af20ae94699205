"""HTTP for the date of the origin: who tells it late, what follows it, and what is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.testing import FixedClock
from intake.offer.examples import (
    ACCEPTED,
    ASSESSED,
    CANDIDATE,
    CONSENTED,
    IDENTIFIED,
    OFFERED,
    ORIGIN_CORRECTED,
)
from intake.organisation.examples import HOSPITAL
from intake.referral.decider import REFERRAL
from intake.referral.examples import MADE
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

CANDIDATE_PATH = f"/v1/candidates/{CANDIDATE}"
REFERRAL_PATH = f"/v1/referrals/{CANDIDATE}"
AGREED = (replace(IDENTIFIED, origin=None), OFFERED, ACCEPTED, CONSENTED)
DATE: Body = {"origin": "2027-01-18"}
SELF: Body = {
    "programme": "medical-incidents",
    "source": "self",
    "consent": {"form": "spoken"},
    "contact": {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"},
}


async def origin(client: httpx.AsyncClient, path: str, **moment: str) -> str | None:
    said: str | None = (await client.get(path, params=moment)).json()["origin"]
    return said


@pytest.fixture
async def made(tell: Tell) -> None:
    """The candidate, of whose origin no date is known, agreed and was referred."""
    await tell(*AGREED)
    await tell(replace(MADE, origin=None), stream=REFERRAL.beside(CANDIDATE))


@pytest.mark.parametrize("who", ["hospital", "desk"])
async def test_the_date_is_learnt_late_and_put_right(
    stand: Stand, tell: Tell, clock: FixedClock, store: MemoryStore, who: str
) -> None:
    await tell(*AGREED)
    clock.advance(timedelta(days=30))
    role = Role.DESK if who == "desk" else Role.REFERRER
    client = stand.client(role, organisation=HOSPITAL)

    told = await client.post(f"{CANDIDATE_PATH}/origins", json={**DATE, "occurredAt": "2027-04-02"})
    right = {"origin": "2027-01-19", "occurredAt": "2027-03-20"}
    again = await client.post(f"{CANDIDATE_PATH}/origins", json=right)

    assert (told.status_code, again.status_code) == (201, 201)
    assert told.headers["location"] == CANDIDATE_PATH
    assert [r.type for r in store.log[-2:]] == ["offer.origin-dated.v1"] * 2
    assert await origin(client, CANDIDATE_PATH) == "2027-01-19"
    assert await origin(client, CANDIDATE_PATH, asOf="2027-03-19") is None
    assert await origin(client, CANDIDATE_PATH, knownAt="2027-03-31") is None


async def test_a_date_told_last_holds_where_nobody_knows_when_the_candidate_was_identified(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(replace(IDENTIFIED, occurred=UNKNOWN))

    await hospital.post(f"{CANDIDATE_PATH}/origins", json={**DATE, "occurredAt": "2027-02-20"})

    assert await origin(hospital, CANDIDATE_PATH) == "2027-01-18"


async def test_a_referral_has_the_date_that_was_told_of_its_candidate(
    hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(*AGREED)
    await hospital.post(f"{CANDIDATE_PATH}/origins", json=DATE)

    await hospital.post(f"{CANDIDATE_PATH}/referrals", json={})
    made_with = store.log[-1].event["origin"]
    await hospital.post(f"{CANDIDATE_PATH}/origins", json={"origin": "2027-01-17"})

    assert made_with == "2027-01-18"
    assert await origin(hospital, REFERRAL_PATH) == "2027-01-17"


@pytest.mark.usefixtures("made")
async def test_the_date_of_a_candidate_is_not_told_at_the_referral(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, traces: Traces
) -> None:
    before = traces()

    refused = [await c.post(f"{REFERRAL_PATH}/origins", json=DATE) for c in (hospital, desk)]

    assert [problem(answer) for answer in refused] == [(409, "origin-of-the-offer")] * 2
    assert traces() == before
    await desk.post(f"{CANDIDATE_PATH}/origins", json=DATE)
    assert await origin(desk, REFERRAL_PATH) == "2027-01-18"


async def test_the_desk_dates_a_referral_that_no_hospital_made(
    desk: httpx.AsyncClient, hospital: httpx.AsyncClient, store: MemoryStore
) -> None:
    path = (await desk.post("/v1/referrals", json=SELF)).headers["location"]
    as_candidate = path.replace("referrals", "candidates")

    foreign = await hospital.post(f"{path}/origins", json=DATE)
    nobody = await desk.post(f"{as_candidate}/origins", json=DATE)
    told = await desk.post(f"{path}/origins", json=DATE)

    assert problem(foreign) == (404, "not-found")
    assert problem(nobody) == (409, "offer-new")
    assert told.headers["location"] == path
    assert store.log[-1].type == "referral.origin-dated.v1"
    assert await origin(desk, path) == "2027-01-18"


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("date", ["2027-02-02", "2027-02-14", "2027-03"])
async def test_what_was_told_does_not_lie_before_the_new_date(
    hospital: httpx.AsyncClient, traces: Traces, date: str
) -> None:
    before = traces()

    answer = await hospital.post(f"{CANDIDATE_PATH}/origins", json={"origin": date})

    assert problem(answer) == (409, "impossible-order")
    assert answer.json()["detail"].endswith("told to have followed it: 2027-02-01.")
    assert traces() == before


async def test_what_was_put_right_since_no_longer_stands_in_the_way(
    hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    mistaken = replace(ASSESSED, occurred=Occurred.parse("2027-01-25"))
    await tell(replace(IDENTIFIED, origin=None), mistaken)
    assessed = store.log[-1].id
    date = {"origin": "2027-01-28"}

    before = await hospital.post(f"{CANDIDATE_PATH}/origins", json=date)
    await tell(replace(ORIGIN_CORRECTED, corrects=assessed))
    after = await hospital.post(f"{CANDIDATE_PATH}/origins", json=date)

    assert problem(before) == (409, "impossible-order")
    assert after.status_code == 201


@pytest.mark.parametrize("role", [Role.CASE_MANAGER, Role.ANALYST, Role.TEAM_LEAD])
@pytest.mark.usefixtures("made")
async def test_dating_is_for_those_who_refer_and_the_desk(
    stand: Stand, desk: httpx.AsyncClient, traces: Traces, role: Role
) -> None:
    before = traces()
    client = stand.client(role, organisation=HOSPITAL)

    paths = (f"{CANDIDATE_PATH}/origins", f"{REFERRAL_PATH}/origins")
    answers = [await client.post(path, json=DATE) for path in paths]
    nothing = await desk.post(f"/v1/referrals/{uuid4()}/origins", json=DATE)
    stale = await desk.post(f"{REFERRAL_PATH}/origins", json=DATE, headers={"if-match": '"7"'})

    assert [problem(answer) for answer in answers] == [(403, "forbidden")] * 2
    assert (problem(nothing), problem(stale)) == ((404, "not-found"), (412, "stale"))
    assert traces() == before


async def test_a_date_that_is_told_again_is_no_news_and_a_repeated_request_gets_the_first_answer(
    desk: httpx.AsyncClient, hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(*AGREED)
    alone = (await desk.post("/v1/referrals", json=SELF)).headers["location"]
    for client, path in ((hospital, CANDIDATE_PATH), (desk, alone)):
        first = await client.post(f"{path}/origins", json=DATE, headers={"idempotency-key": "once"})
        told_again = await client.post(f"{path}/origins", json=DATE)
        await client.post(f"{path}/origins", json={"origin": "2027-01-19"})
        before = traces()

        again = await client.post(f"{path}/origins", json=DATE, headers={"idempotency-key": "once"})

        assert told_again.headers["etag"] == first.headers["etag"]
        assert again.json() == first.json()
        assert traces() == before
