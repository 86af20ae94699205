"""HTTP for candidates: what is refused, and that a refusal leaves no trace."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.testing import FixedClock
from intake.offer.examples import (
    ACCEPTED,
    CANDIDATE,
    CONSENTED,
    IDENTIFIED,
    OFFERED,
)
from intake.organisation.decider import desk_of
from intake.organisation.examples import HOSPITAL, OTHER_HOSPITAL
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
WRITES: dict[str, Body] = {
    "offers": OFFER,
    "withholdings": {"reason": "cannot-cope"},
    "acceptances": ACCEPT,
    "declines": {"reasons": ["unknown"]},
    "non-responses": {},
    "contact-consents": {"consent": {"form": "spoken"}, "contact": CONTACT},
    "consent-withdrawals": {},
    "referrals": {},
    "origin-assessments": {"status": "possible-calamity"},
    "origins": {"origin": "2027-01-18"},
}
"""What can be posted about a candidate, each with a good body."""


@pytest.mark.parametrize("route", WRITES)
async def test_another_hospitals_candidate_looks_like_none(
    other_hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore, traces: Traces, route: str
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    foreign = await other_hospital.post(f"{PATH}/{route}", json=WRITES[route])
    random = await other_hospital.post(f"{CANDIDATES}/{uuid4()}/{route}", json=WRITES[route])

    assert problem(foreign) == problem(random) == (404, "not-found")
    assert foreign.content == random.content
    assert [line.outcome for line in store.access] == ["not-found", "not-found"]
    assert traces() == before


async def test_another_hospitals_candidate_is_not_read(
    other_hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED)

    foreign = await other_hospital.get(PATH)
    random = await other_hospital.get(f"{CANDIDATES}/{uuid4()}")

    assert problem(foreign) == (404, "not-found")
    assert foreign.content == random.content


async def test_a_candidate_is_identified_for_ones_own_organisation_only(
    hospital: httpx.AsyncClient, store: MemoryStore, traces: Traces
) -> None:
    before = traces()

    body = {**IDENTIFY, "organisation": str(OTHER_HOSPITAL)}
    answer = await hospital.post(CANDIDATES, json=body)

    assert problem(answer) == (403, "forbidden")
    assert [line.outcome for line in store.access] == ["forbidden"]
    assert traces() == before


@pytest.mark.parametrize("organisation", [None, uuid4(), desk_of("medical-incidents"), CANDIDATE])
async def test_who_identifies_is_registered_as_one_that_refers(
    stand: Stand, tell: Tell, traces: Traces, organisation: UUID | None
) -> None:
    await tell(IDENTIFIED)
    before = traces()

    referrer = stand.client(Role.REFERRER, organisation=organisation)
    answer = await referrer.post(CANDIDATES, json=IDENTIFY)

    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/organisation"]
    assert traces() == before


async def test_before_a_programme_is_in_force_nobody_is_identified_under_it(
    stand: Stand, clock: FixedClock, traces: Traces
) -> None:
    before = traces()
    clock.at = datetime(2018, 6, 30, 12, tzinfo=UTC)

    hospital = stand.client(Role.REFERRER, organisation=HOSPITAL)
    answer = await hospital.post(CANDIDATES, json={"programme": "medical-incidents"})

    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/programme"]
    assert traces() == before


ANSWERS = {"acceptances", "declines", "non-responses", "contact-consents", "consent-withdrawals"}
FOR_THE_DESK = ANSWERS | {"origins"}
"""What the desk may record too: people answer it, and tell it when it was, as well."""


@pytest.mark.parametrize("role", [Role.DESK, Role.CASE_MANAGER, Role.TEAM_LEAD, Role.ANALYST])
async def test_offering_is_for_those_who_refer(
    stand: Stand, tell: Tell, store: MemoryStore, traces: Traces, role: Role
) -> None:
    await tell(IDENTIFIED)
    before = traces()

    client = stand.client(role, organisation=HOSPITAL)
    routes = WRITES.keys() - (FOR_THE_DESK if role is Role.DESK else set())
    answers = [await client.post(f"{PATH}/{route}", json=WRITES[route]) for route in routes]

    assert {problem(answer) for answer in answers} == {(403, "forbidden")}
    assert [line.outcome for line in store.access] == ["forbidden"] * len(routes)
    assert traces() == before


@pytest.mark.parametrize("route", WRITES)
async def test_an_unknown_field_is_refused_on_every_route(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces, route: str
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    answer = await hospital.post(f"{PATH}/{route}", json={**WRITES[route], "bsn": "123456782"})

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [
        {"pointer": "#/bsn", "detail": "this is not known here"},
    ]
    assert traces() == before


@pytest.mark.parametrize("route", WRITES)
async def test_a_stale_version_is_refused_on_every_route(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces, route: str
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    stale = {"if-match": '"7"'}
    answer = await hospital.post(f"{PATH}/{route}", json=WRITES[route], headers=stale)

    assert problem(answer) == (412, "stale")
    assert traces() == before


@pytest.mark.parametrize(
    ("route", "body", "fields"),
    [
        ("offers", {"channel": "pigeon", "byFunction": "porter"}, ["#/byFunction", "#/channel"]),
        ("offers", {"channel": "Not A Code"}, ["#/byFunction", "#/channel"]),
        (
            "offers",
            {**OFFER, "recipient": "neighbour", "route": "detour", "leaflet": "perhaps"},
            ["#/leaflet"],
        ),
        (
            "offers",
            {**OFFER, "recipient": "neighbour", "route": "detour", "wording": "sung"},
            ["#/recipient", "#/route", "#/wording"],
        ),
        (
            "origin-assessments",
            {"status": "rumour", "kind": "bad-luck", "consequence": "none"},
            ["#/consequence", "#/kind", "#/status"],
        ),
        ("origins", {}, ["#/origin"]),
        ("origins", {"origin": "unknown", "occurredAt": "2028"}, ["#/occurredAt", "#/origin"]),
        ("contact-consents", {"consent": {"form": "sung"}, "contact": CONTACT}, ["#/consent/form"]),
        ("withholdings", {"reason": "no-idea"}, ["#/reason"]),
        (
            "acceptances",
            {**ACCEPT, "reasons": ["no-idea"], "consent": {"form": "sung"}},
            ["#/consent/form", "#/reasons/0"],
        ),
        ("acceptances", {"reasons": ["clear-need"], "contact": CONTACT}, ["#"]),
        ("acceptances", {"reasons": ["clear-need"], "consent": {"form": "spoken"}}, ["#"]),
        ("acceptances", {**ACCEPT, "contact": {"phone": "06"}}, None),
        ("declines", {"reasons": ["unknown", "no-idea"]}, ["#/reasons/1"]),
        ("declines", {"reasons": []}, ["#/reasons"]),
        (
            "declines",
            {"reasons": ["unknown"], "final": "yes", "explanation": ""},
            ["#/explanation", "#/final"],
        ),
        ("non-responses", {"occurredAt": "2027-03-05T10:00:01Z"}, ["#/occurredAt"]),
        ("non-responses", {"occurredAt": "yesterday"}, ["#/occurredAt"]),
    ],
)
async def test_what_is_wrong_is_named_all_at_once_and_leaves_no_trace(
    hospital: httpx.AsyncClient,
    tell: Tell,
    traces: Traces,
    route: str,
    body: Body,
    fields: list[str] | None,
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    answer = await hospital.post(f"{PATH}/{route}", json=body)

    assert problem(answer) == (422, "invalid")
    named = sorted(error["pointer"] for error in answer.json()["errors"])
    assert named == (fields or ["#/contact/name", "#/contact/phone"])
    assert traces() == before


async def test_a_list_that_is_none_or_empty_is_answered_without_a_word_of_python(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, OFFERED)

    said = [
        (await hospital.post(f"{PATH}/declines", json={"reasons": given})).json()["errors"]
        for given in ([], "unknown", ["unknown"] * 21, ["No Idea", "unknown"])
    ]

    assert [[error["detail"] for error in errors] for errors in said] == [
        ["too few: at least 1 needed"],
        ["a list is needed"],
        ["too many: at most 20 allowed"],
        ["a text of the form ^[a-z0-9]+(-[a-z0-9]+)*$ is needed"],
    ]


async def test_what_the_rules_refuse_is_409_and_leaves_no_trace(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED)
    before = traces()

    early = await hospital.post(f"{PATH}/offers", json={**OFFER, "occurredAt": "2027-01-31"})
    unasked = await hospital.post(f"{PATH}/acceptances", json=ACCEPT)

    assert problem(early) == (409, "impossible-order")
    assert early.json()["detail"].endswith("before what is told of the offer: 2027-02-01.")
    assert problem(unasked) == (409, "offer-identified")
    assert traces() == before


async def test_after_the_referral_there_is_nothing_to_decline(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, OFFERED, ACCEPTED, CONSENTED)
    await hospital.post(f"{PATH}/referrals", json={})

    answer = await hospital.post(f"{PATH}/declines", json=WRITES["declines"])

    assert problem(answer) == (409, "already-referred")


async def test_a_post_without_a_key_is_refused(stand: Stand, traces: Traces) -> None:
    before = traces()
    client = stand.client(Role.REFERRER, organisation=HOSPITAL)
    client.event_hooks["request"] = []

    answer = await client.post(CANDIDATES, json=IDENTIFY)

    assert problem(answer) == (400, "idempotency-key-missing")
    assert traces() == before


async def test_an_organisation_is_no_candidate(hospital: httpx.AsyncClient, traces: Traces) -> None:
    before = traces()

    read = await hospital.get(f"{CANDIDATES}/{HOSPITAL}")
    offered = await hospital.post(f"{CANDIDATES}/{HOSPITAL}/offers", json=OFFER)

    assert problem(read) == (404, "not-found")
    assert problem(offered) == (404, "not-found")
    assert traces() == before


def test_the_routes_of_the_table_are_all_there_are(stand: Stand) -> None:
    prefix = "/v1/candidates/{candidate}/"

    posted = {
        path.removeprefix(prefix)
        for path, operations in stand.app.openapi()["paths"].items()
        if path.startswith(prefix) and "post" in operations
    }

    assert posted == WRITES.keys() | {"origin-assessments/{assessment}/corrections"}
