"""HTTP for what is thought of the origin: with the identification, later, and put right."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx

from events.memory import MemoryStore
from events.testing import FixedClock
from intake.offer.examples import ASSESSED, ASSESSMENT, CANDIDATE, IDENTIFIED, OFFERED
from intake.organisation.examples import HOSPITAL
from intake.publish import publish
from kit.access import Role
from kit.testing import Stand, problem

Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/candidates/{CANDIDATE}"
ASSESSMENTS = f"{PATH}/origin-assessments"
SUSPECTED = {"status": "possible-calamity", "kind": "late-response", "consequence": "death"}
IDENTIFY = {"programme": "medical-incidents", "origin": "2027-01", "assessment": SUSPECTED}


async def test_a_candidate_is_identified_with_what_is_thought_of_the_origin(
    hospital: httpx.AsyncClient, store: MemoryStore
) -> None:
    answer = await hospital.post("/v1/candidates", json=IDENTIFY)

    [assessment] = (await hospital.get(answer.headers["location"])).json()["assessments"]
    assert answer.status_code == 201
    assert assessment == {
        "id": assessment["id"],
        **SUSPECTED,
        "criteriaVersion": 2,
        "occurredAt": "2027-03-05T10:00:00Z",
    }
    assert [r.type for r in store.log[-2:]] == [
        "offer.candidate-identified.v1",
        "offer.origin-assessed.v1",
    ]


async def test_all_unknown_codes_of_an_identification_are_named_with_what_else_is_wrong(
    stand: Stand, traces: Traces
) -> None:
    before = traces()
    stranger = stand.client(Role.REFERRER, organisation=uuid4())
    body = {**IDENTIFY, "assessment": {"status": "rumour", "kind": "bad-luck"}}

    answer = await stranger.post("/v1/candidates", json=body)

    assert problem(answer) == (422, "invalid")
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == [
        "#/assessment/kind",
        "#/assessment/status",
        "#/organisation",
    ]
    assert traces() == before


async def test_a_status_that_is_learnt_late_takes_its_place_by_when_it_was_so(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(IDENTIFIED, OFFERED)
    clock.advance(timedelta(days=30))
    hospital = stand.client(Role.REFERRER, organisation=HOSPITAL)
    for status, day in (("calamity", "2027-03-20"), ("possible-calamity", "2027-02-01")):
        told = {"status": status, "occurredAt": day}
        assert (await hospital.post(ASSESSMENTS, json=told)).status_code == 201

    async def read(**moment: str) -> list[str]:
        known = (await hospital.get(PATH, params=moment)).json()["assessments"]
        return [assessment["status"] for assessment in known]

    assert await read() == ["possible-calamity", "calamity"]
    assert await read(asOf="2027-03-01") == ["possible-calamity"]
    assert await read(knownAt="2027-03-31") == []


async def test_a_status_is_put_right_and_was_told_otherwise_before(
    stand: Stand, tell: Tell, clock: FixedClock, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, ASSESSED)
    clock.advance(timedelta(days=30))
    hospital = stand.client(Role.REFERRER, organisation=HOSPITAL)

    right = {"status": "no-calamity", "occurredAt": "2027-02-02"}
    answer = await hospital.post(f"{ASSESSMENTS}/{ASSESSMENT}/corrections", json=right)

    then = (await hospital.get(PATH, params={"knownAt": "2027-03-31"})).json()["assessments"]
    [now] = (await hospital.get(PATH)).json()["assessments"]
    assert answer.headers["location"] == PATH
    assert [each["status"] for each in then] == ["possible-calamity"]
    assert (now["status"], now["kind"], now["occurredAt"]) == (
        "no-calamity",
        "unknown",
        "2027-02-02",
    )
    told = store.log[-1]
    assert told.corrects == store.log[-2].id
    published = publish(told)
    assert published is not None
    assert published[0] == "origin-assessed"


async def test_what_was_never_told_is_not_put_right(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED)
    before = traces()

    answer = await hospital.post(f"{ASSESSMENTS}/{uuid4()}/corrections", json=SUSPECTED)

    assert problem(answer) == (404, "not-found")
    assert traces() == before


async def test_another_hospitals_assessment_looks_like_none_and_the_desk_tells_none(
    other_hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED, ASSESSED)
    before = traces()
    path = f"{ASSESSMENTS}/{ASSESSMENT}/corrections"

    foreign = await other_hospital.post(path, json=SUSPECTED)
    stale = await desk.post(path, json=SUSPECTED)

    assert problem(foreign) == (404, "not-found")
    assert problem(stale) == (403, "forbidden")
    assert traces() == before


async def test_a_repeated_assessment_gets_the_first_answer(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED)
    key = {"idempotency-key": "once"}
    first = await hospital.post(ASSESSMENTS, json=SUSPECTED, headers=key)
    before = traces()

    again = await hospital.post(ASSESSMENTS, json=SUSPECTED, headers=key)

    assert again.json() == first.json()
    assert traces() == before
