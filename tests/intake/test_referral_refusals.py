"""HTTP for referrals: mistakes are named all at once, and leave no trace."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from intake.offer.examples import ACCEPTED, CANDIDATE, CONSENTED, IDENTIFIED, OFFERED
from intake.organisation.examples import HOSPITAL
from intake.referral.decider import REFERRAL
from intake.referral.examples import MADE
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

SCREENINGS = f"/v1/referrals/{CANDIDATE}/screenings"
SELF_REFERRAL: Body = {
    "programme": "medical-incidents",
    "source": "self",
    "consent": {"form": "spoken"},
    "contact": {"name": "Wilhelmina Plantinga"},
}
CRITERIA = (
    "participating-hospital",
    "calamity",
    "reported-to-inspectorate",
    "possible-calamity",
    "complex-consequences",
)
ASSESSED = [{"criterion": criterion, "outcome": "yes"} for criterion in CRITERIA]
PROPOSED = {"criterion": "serious-consequences", "outcome": "yes"}
SCREENING: Body = {"decision": "accepted", "assessments": ASSESSED}


@pytest.fixture
async def before(tell: Tell, traces: Traces) -> list[int]:
    """The traces of a candidate who agreed and was referred."""
    await tell(IDENTIFIED, OFFERED, ACCEPTED, CONSENTED)
    await tell(MADE, stream=REFERRAL.beside(CANDIDATE))
    return traces()


async def refused(client: httpx.AsyncClient, path: str, body: Body, fields: list[str]) -> None:
    answer = await client.post(path, json=body)

    assert problem(answer) == (422, "invalid")
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == fields


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"programme": "no-programme"}, ["#/programme"]),
        ({"source": "hospital"}, ["#/source"]),
        ({"source": "neighbour", "consent": {"form": "sung"}}, ["#/consent/form", "#/source"]),
        ({"contact": {"email": "nobody"}}, ["#/contact/email", "#/contact/name"]),
        ({"consent": None}, ["#/consent"]),
        ({"origin": "2027-01-01T10:00:00Z"}, ["#/origin"]),
        ({"origin": "unknown"}, ["#/origin"]),
        ({"origin": "2028"}, ["#/origin"]),
        ({"organisation": str(HOSPITAL)}, ["#/organisation"]),
    ],
)
async def test_a_mistaken_referral_is_not_entered(
    desk: httpx.AsyncClient,
    store: MemoryStore,
    traces: Traces,
    before: list[int],
    changed: Body,
    fields: list[str],
) -> None:
    await refused(desk, "/v1/referrals", {**SELF_REFERRAL, **changed}, fields)
    assert traces() == before
    assert not store.keys


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"assessments": ASSESSED[1:]}, ["#/assessments"]),
        ({"assessments": [*ASSESSED, ASSESSED[0]]}, ["#/assessments"]),
        ({"assessments": [*ASSESSED[1:], ASSESSED[1]]}, ["#/assessments"]),
        ({"assessments": [*ASSESSED[1:], PROPOSED]}, ["#/assessments"]),
        ({"assessments": [*ASSESSED, PROPOSED, PROPOSED]}, ["#/assessments"]),
        (
            {"assessments": [*ASSESSED, {"criterion": "full-moon", "outcome": "yes"}]},
            ["#/assessments"],
        ),
        (
            {"assessments": [], "decision": "screened-out", "reason": "no-idea"},
            ["#/assessments", "#/reason"],
        ),
        ({"reason": "other-problem"}, ["#"]),
        ({"decision": "screened-out"}, ["#"]),
        ({"decision": "postponed"}, ["#/decision"]),
        (
            {"assessments": [{"criterion": "calamity", "outcome": "perhaps"}], "note": "!"},
            ["#/assessments/0/outcome", "#/note"],
        ),
    ],
)
async def test_a_mistaken_screening_is_not_recorded(
    desk: httpx.AsyncClient, traces: Traces, before: list[int], changed: Body, fields: list[str]
) -> None:
    await refused(desk, SCREENINGS, {**SCREENING, **changed}, fields)
    assert traces() == before


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CASE_MANAGER, Role.ANALYST, Role.TEAM_LEAD])
async def test_entering_and_screening_are_for_the_desk(
    stand: Stand, traces: Traces, before: list[int], role: Role
) -> None:
    client = stand.client(role, organisation=HOSPITAL)

    entered = await client.post("/v1/referrals", json=SELF_REFERRAL)
    screened = await client.post(SCREENINGS, json=SCREENING)

    assert problem(entered) == problem(screened) == (403, "forbidden")
    assert traces() == before


async def test_what_is_not_there_is_not_screened(
    desk: httpx.AsyncClient, traces: Traces, before: list[int]
) -> None:
    nothing = await desk.post(f"/v1/referrals/{uuid4()}/screenings", json=SCREENING)
    hospital = await desk.post(f"/v1/referrals/{HOSPITAL}/screenings", json=SCREENING)

    assert problem(nothing) == (404, "not-found")
    assert problem(hospital) == (404, "not-found")
    assert traces() == before


async def test_a_stale_version_is_refused(
    desk: httpx.AsyncClient, traces: Traces, before: list[int]
) -> None:
    answer = await desk.post(SCREENINGS, json=SCREENING, headers={"if-match": '"4"'})

    assert problem(answer) == (412, "stale")
    assert traces() == before


async def test_a_repeated_screening_gets_the_first_answer(
    desk: httpx.AsyncClient, before: list[int], traces: Traces
) -> None:
    key = {"idempotency-key": "once"}
    first = await desk.post(SCREENINGS, json=SCREENING, headers=key)
    after = traces()

    again = await desk.post(SCREENINGS, json=SCREENING, headers=key)
    other = await desk.post(SCREENINGS, json={**SCREENING, "occurredAt": "2027"}, headers=key)

    assert again.json() == first.json()
    assert problem(other) == (422, "idempotency-key-reused")
    assert traces() == after != before
