"""HTTP for offers: how often, by which route, what was answered, and people's own words."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.occurrence import UNKNOWN
from events.vault import Vault
from intake.offer.examples import (
    ACCEPTED,
    CANDIDATE,
    CONSENTED,
    DECLINED,
    FORWARDED,
    IDENTIFIED,
    OFFERED,
    OFFERED_AGAIN,
)
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]
Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/candidates/{CANDIDATE}"
CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}
CONSENT: Body = {"consent": {"form": "spoken"}, "contact": CONTACT}
OFFER: Body = {
    "channel": "letter",
    "byFunction": "doctor",
    "leaflet": "no",
    "recipient": "near-person",
    "route": "hospital-offers",
    "wording": "agreed-name",
}
NO: Body = {"reasons": ["no-stranger"], "explanation": "Liever met mijn zuster.\nPunt."}


async def test_each_attempt_is_read_with_how_it_was_made_and_answered(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED)
    await hospital.post(f"{PATH}/offers", json={**OFFER, "occurredAt": "2027-02-03"})
    await hospital.post(f"{PATH}/non-responses", json={"occurredAt": "2027-02-10"})
    await hospital.post(f"{PATH}/offers", json={**OFFER, "occurredAt": "2027-03-03"})
    await hospital.post(
        f"{PATH}/declines",
        json={"reasons": ["no-stranger"], "final": True, "occurredAt": "2027-03-04"},
    )

    first, second = (await hospital.get(f"{PATH}/offers")).json()

    assert first == {
        "attempt": 1,
        **OFFER,
        "occurredAt": "2027-02-03",
        "answers": [
            {
                "answer": "unanswered",
                "reasons": [],
                "final": False,
                "againOn": "2027-03-03",
                "explanation": None,
                "occurredAt": "2027-02-10",
            }
        ],
    }
    assert second["answers"] == [
        {
            "answer": "declined",
            "reasons": ["no-stranger"],
            "final": True,
            "againOn": None,
            "explanation": None,
            "occurredAt": "2027-03-04",
        }
    ]


async def test_attempts_are_read_as_of_a_day(hospital: httpx.AsyncClient, tell: Tell) -> None:
    await tell(IDENTIFIED, OFFERED, DECLINED, OFFERED_AGAIN)

    then = (await hospital.get(f"{PATH}/offers", params={"asOf": "2027-02-09"})).json()
    now = (await hospital.get(f"{PATH}/offers")).json()

    assert [(a["attempt"], len(a["answers"])) for a in then] == [(1, 0)]
    assert [(a["attempt"], len(a["answers"])) for a in now] == [(1, 1), (2, 0)]


async def test_no_more_is_offered_than_the_programme_allows(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED, OFFERED, OFFERED_AGAIN, replace(OFFERED_AGAIN, attempt=3))
    before = traces()

    answer = await hospital.post(f"{PATH}/offers", json=OFFER)

    assert problem(answer) == (409, "too-many-attempts")
    assert "3" in answer.json()["detail"]
    assert traces() == before


async def test_whoever_asked_not_to_be_asked_again_is_not(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, OFFERED)
    await hospital.post(f"{PATH}/declines", json={"reasons": ["unknown"], "final": True})

    again = await hospital.post(f"{PATH}/offers", json=OFFER)

    assert problem(again) == (409, "offer-final")
    assert (await hospital.get(PATH)).json()["final"] is True


async def test_on_the_direct_route_consent_is_enough_to_refer_and_the_desk_tells_the_answer(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED)
    await hospital.post(f"{PATH}/offers", json={**OFFER, "route": "direct-forwarding"})
    early = await hospital.post(f"{PATH}/referrals", json={})
    consented = await hospital.post(f"{PATH}/contact-consents", json=CONSENT)

    referred = await hospital.post(f"{PATH}/referrals", json={})
    passed = await desk.get(f"/v1/referrals/{CANDIDATE}/contact-data")
    accepted = await desk.post(f"{PATH}/acceptances", json={"reasons": ["clear-need"]})

    assert problem(early) == (409, "no-contact-consent")
    assert (consented.status_code, referred.status_code, accepted.status_code) == (201, 201, 201)
    assert passed.json()["name"] == CONTACT["name"]
    candidate = (await hospital.get(PATH)).json()
    assert (candidate["status"], candidate["attempts"], candidate["consented"]) == (
        "accepted",
        1,
        True,
    )


async def test_on_the_direct_route_an_offer_may_be_declined_after_the_referral(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, FORWARDED, CONSENTED)
    await hospital.post(f"{PATH}/referrals", json={})

    answer = await desk.post(f"{PATH}/declines", json=NO)

    assert answer.status_code == 201
    assert (await desk.get(PATH)).json()["status"] == "declined"


FORWARDED_STEPS = (IDENTIFIED, FORWARDED, CONSENTED)
ROUTES: dict[str, Body] = {
    "acceptances": {**NO, "reasons": ["little-trust"]},
    "declines": {**NO, "final": True},
    "non-responses": {"explanation": NO["explanation"]},
}
"""How an answer is recorded, each with a body that says all that people can say."""


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "before", [FORWARDED_STEPS, (IDENTIFIED, OFFERED)], ids=["forwarded", "offered by the hospital"]
)
async def test_an_organisation_reads_of_what_the_desk_recorded_that_and_when_not_why(
    stand: Stand,
    hospital: httpx.AsyncClient,
    desk: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
    before: tuple[object, ...],
    route: str,
) -> None:
    await tell(*before)
    body = {**ROUTES[route], "occurredAt": "2027-02-20"}
    assert (await desk.post(f"{PATH}/{route}", json=body)).status_code == 201
    explanation = store.log[-1].event["explanation"]
    words = f"{PATH}/explanations/{explanation}"

    [[theirs], past] = [
        [attempt["answers"] for attempt in (await hospital.get(f"{PATH}/offers", params=at)).json()]
        for at in ({}, {"asOf": "2027-02-20", "knownAt": "2027-12-31"})
    ]
    own = [(await client.get(f"{PATH}/offers")).json() for client in _staff(stand, desk)]
    hidden = [await hospital.get(path) for path in (words, f"{PATH}/explanations/{uuid4()}")]

    assert past == [theirs]
    [answer] = theirs
    assert (answer["reasons"], answer["explanation"]) == ([], None)
    assert answer["occurredAt"] == "2027-02-20"
    for [attempt] in own:
        [whole] = attempt["answers"]
        assert whole["explanation"] == explanation
        assert whole | {"reasons": [], "explanation": None} == answer
        assert whole["reasons"] == body.get("reasons", [])
    assert [problem(answer) for answer in hidden] == [(404, "not-found")] * 2
    assert hidden[0].headers.keys() == hidden[1].headers.keys()
    assert (await desk.get(words)).json()["text"] == NO["explanation"]


def _staff(stand: Stand, desk: httpx.AsyncClient) -> tuple[httpx.AsyncClient, ...]:
    return desk, stand.client(Role.TEAM_LEAD)


async def test_what_was_told_to_the_hospital_stays_its_to_read_beside_what_the_desk_was_told(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, OFFERED)
    await hospital.post(f"{PATH}/declines", json=NO)
    explanation = store.log[-1].event["explanation"]
    await desk.post(f"{PATH}/acceptances", json=ROUTES["acceptances"])

    [attempt] = (await hospital.get(f"{PATH}/offers")).json()

    told = [(a["answer"], a["reasons"], a["explanation"]) for a in attempt["answers"]]
    assert told == [("declined", ["no-stranger"], explanation), ("accepted", [], None)]
    assert (await hospital.get(f"{PATH}/explanations/{explanation}")).status_code == 200


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("answered", [(), (ACCEPTED,), (DECLINED,)], ids=["not", "yes", "no"])
async def test_the_answer_to_an_offer_that_the_programme_makes_is_not_the_hospitals_to_record(
    hospital: httpx.AsyncClient,
    tell: Tell,
    traces: Traces,
    answered: tuple[object, ...],
    route: str,
) -> None:
    await tell(*FORWARDED_STEPS)
    assert (await hospital.post(f"{PATH}/referrals", json={})).status_code == 201
    await tell(*answered)
    before = traces()

    answers = [
        await hospital.post(f"{PATH}/{route}", json=body, headers={"idempotency-key": "same"})
        for body in (ROUTES[route], ROUTES[route], {**ROUTES[route], "explanation": "Anders."})
    ]

    assert [problem(answer) for answer in answers] == [(409, "offer-forwarded")] * 3
    assert traces() == before


async def test_before_it_refers_a_hospital_records_a_no_or_silence_to_its_own_question_but_no_yes(
    hospital: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(IDENTIFIED, FORWARDED)

    yes = await hospital.post(f"{PATH}/acceptances", json={"reasons": ["clear-need"], **CONSENT})
    silence = await hospital.post(f"{PATH}/non-responses", json={})
    no = await hospital.post(f"{PATH}/declines", json=NO)

    assert problem(yes) == (409, "offer-forwarded")
    assert (silence.status_code, no.status_code) == (201, 201)
    [attempt] = (await hospital.get(f"{PATH}/offers")).json()
    assert [answer["reasons"] for answer in attempt["answers"]] == [[], ["no-stranger"]]


async def test_consent_alone_is_not_recorded_where_the_offer_is_still_to_be_answered(
    hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    answer = await hospital.post(f"{PATH}/contact-consents", json=CONSENT)

    assert problem(answer) == (409, "offer-not-accepted")
    assert traces() == before


@pytest.mark.parametrize(
    ("before", "route", "body"),
    [
        ((IDENTIFIED, OFFERED), "declines", NO),
        ((IDENTIFIED, OFFERED), "acceptances", {**NO, "reasons": ["clear-need"]}),
        ((IDENTIFIED, OFFERED), "non-responses", {"explanation": NO["explanation"]}),
        ((IDENTIFIED,), "withholdings", {**NO, "reasons": None, "reason": "cannot-cope"}),
    ],
)
async def test_peoples_own_words_lie_in_the_vault_and_are_read_by_those_who_may(
    hospital: httpx.AsyncClient,
    desk: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
    before: tuple[object, ...],
    route: str,
    body: Body,
) -> None:
    await tell(*before)
    told = {name: value for name, value in body.items() if value is not None}

    written = await hospital.post(f"{PATH}/{route}", json=told)
    explanation = store.log[-1].event["explanation"]
    own = await hospital.get(f"{PATH}/explanations/{explanation}")
    at_the_desk = await desk.get(f"{PATH}/explanations/{explanation}")

    assert written.status_code == 201
    assert own.json() == at_the_desk.json() == {"id": explanation, "text": NO["explanation"]}
    assert "zuster" not in repr(store.log)


async def test_what_is_told_again_leaves_no_second_text(
    hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, OFFERED)
    for _ in range(2):
        assert (await hospital.post(f"{PATH}/declines", json=NO)).status_code == 201

    assert [field for _, _, field in store.vault] == ["text"]


async def test_nobody_else_reads_them_and_no_other_record_is_read_so(
    stand: Stand,
    hospital: httpx.AsyncClient,
    other_hospital: httpx.AsyncClient,
    tell: Tell,
    store: MemoryStore,
) -> None:
    await tell(IDENTIFIED, OFFERED)
    accepted: Body = {**NO, **CONSENT, "reasons": ["clear-need"]}
    await hospital.post(f"{PATH}/acceptances", json=accepted)
    explanation, contact = store.log[-2].event["explanation"], store.log[-1].event["contact"]
    path = f"{PATH}/explanations"

    foreign = await other_hospital.get(f"{path}/{explanation}")
    lead = await stand.client(Role.TEAM_LEAD).get(f"{path}/{explanation}")
    others = [await hospital.get(f"{path}/{id_}") for id_ in (contact, uuid4())]

    assert problem(foreign) == (404, "not-found")
    assert problem(lead) == (403, "forbidden")
    assert [problem(answer) for answer in others] == [(404, "not-found")] * 2


async def test_words_of_someone_who_was_erased_are_gone_and_the_answer_stays(
    hospital: httpx.AsyncClient, tell: Tell, vault: Vault, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, OFFERED)
    await hospital.post(f"{PATH}/declines", json=NO)
    await vault.erase(CANDIDATE)

    words = await hospital.get(f"{PATH}/explanations/{store.log[-1].event['explanation']}")

    assert problem(words) == (410, "erased")
    assert (await hospital.get(PATH)).json()["status"] == "declined"


async def test_words_that_come_again_after_an_erasure_get_their_first_answer(
    hospital: httpx.AsyncClient, tell: Tell, vault: Vault
) -> None:
    await tell(IDENTIFIED, OFFERED)
    headers = {"idempotency-key": "again"}
    first = await hospital.post(f"{PATH}/declines", json=NO, headers=headers)
    await vault.erase(CANDIDATE)

    second = await hospital.post(f"{PATH}/declines", json=NO, headers=headers)

    assert (second.status_code, second.content) == (first.status_code, first.content)


async def test_an_explanation_of_another_hospitals_candidate_seals_nothing(
    other_hospital: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(IDENTIFIED, OFFERED)
    before = traces()

    answer = await other_hospital.post(f"{PATH}/declines", json=NO)

    assert problem(answer) == (404, "not-found")
    assert traces() == before


async def test_what_was_stored_before_there_were_these_fields_is_read_as_not_told(
    hospital: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(IDENTIFIED, OFFERED, replace(ACCEPTED, occurred=UNKNOWN))
    for recorded in store.log:
        for field in ("leaflet", "recipient", "route", "wording", "forwards", "explanation"):
            recorded.event.pop(field, None)

    [attempt] = (await hospital.get(f"{PATH}/offers")).json()

    not_told = {name: attempt[name] for name in ("leaflet", "recipient", "route", "wording")}
    assert not_told == {
        "leaflet": "unknown",
        "recipient": "unknown",
        "route": None,
        "wording": "unknown",
    }
    assert [each["answer"] for each in attempt["answers"]] == ["accepted"]


@pytest.mark.parametrize("route", ["acceptances", "declines"])
async def test_nobody_finds_out_by_guessing_why_people_answered_the_desk(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, tell: Tell, traces: Traces, route: str
) -> None:
    await tell(IDENTIFIED, OFFERED)
    body = {**ROUTES[route], "occurredAt": "2027-02-20"}
    assert (await desk.post(f"{PATH}/{route}", json=body)).status_code == 201
    before = traces()

    right = await hospital.post(f"{PATH}/{route}", json=body)
    wrong = await hospital.post(f"{PATH}/{route}", json={**body, "reasons": ["unknown"]})
    after = traces()
    again = await desk.post(f"{PATH}/{route}", json=body)

    assert problem(right) == problem(wrong) == (409, "already-known")
    assert right.json()["detail"] == wrong.json()["detail"]
    assert after == before
    assert again.status_code == 201
