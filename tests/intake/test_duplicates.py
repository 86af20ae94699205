"""Referrals of the same person for the same reason: warned of, linked by the desk, never merged."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest

from events.memory import MemoryStore
from events.vault import Vault
from intake.offer.examples import CANDIDATE
from intake.organisation.examples import HOSPITAL
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Traces = Callable[[], list[int]]

CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}
OTHER = {"name": "Berend Botje", "phone": "06 8765 4321"}
CONSENT = {"form": "spoken"}
SELF: Body = {
    "programme": "medical-incidents",
    "source": "self",
    "origin": "2026-11",
    "consent": CONSENT,
    "contact": CONTACT,
}


async def refer(
    hospital: httpx.AsyncClient, contact: dict[str, str], origin: str | None = "2026-11-05"
) -> httpx.Response:
    """A hospital's candidate, from identification to referral."""
    identified = await hospital.post(
        "/v1/candidates", json={"programme": "medical-incidents", "origin": origin}
    )
    path = identified.headers["location"]
    await hospital.post(f"{path}/offers", json={"channel": "phone", "byFunction": "doctor"})
    accepted: Body = {"reasons": ["clear-need"], "consent": CONSENT, "contact": contact}
    await hospital.post(f"{path}/acceptances", json=accepted)
    return await hospital.post(f"{path}/referrals", json={})


async def possible(client: httpx.AsyncClient, referral: str, **moment: str) -> list[str]:
    answer = await client.get(f"/v1/referrals/{referral}", params=moment)
    found: list[str] = answer.json()["possibleDuplicates"]
    return found


async def test_the_desk_is_warned_where_someone_was_referred_before(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    first = (await refer(hospital, CONTACT)).json()
    again = {**SELF, "contact": {"name": "W. Plantinga", "phone": "+31 6 12345678"}}

    second = (await desk.post("/v1/referrals", json=again)).json()

    assert first["possibleDuplicates"] == []
    assert second["possibleDuplicates"] == [first["id"]]
    assert await possible(desk, first["id"]) == [second["id"]]
    assert await possible(desk, second["id"]) == [first["id"]]
    assert (await desk.get(f"/v1/referrals/{first['id']}")).json()["status"] == "made"


@pytest.mark.parametrize(
    ("changed", "warned"),
    [
        ({"contact": OTHER}, False),
        ({"origin": "2026-12"}, False),
        ({"origin": "2025"}, False),
        ({"origin": "2026"}, True),
        ({"origin": "2026-11-05"}, True),
        ({"origin": "2026-11-04"}, True),
        ({"origin": "2026-11-06"}, True),
        ({"origin": "2026-11-03"}, False),
        ({"origin": "2026-11-07"}, False),
        ({"origin": None}, True),
    ],
)
async def test_another_person_or_another_reason_is_no_duplicate(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, changed: Body, *, warned: bool
) -> None:
    first = (await refer(hospital, CONTACT)).json()

    second = (await desk.post("/v1/referrals", json={**SELF, **changed})).json()

    assert second["possibleDuplicates"] == ([first["id"]] if warned else [])


async def test_a_hospital_learns_nothing_of_the_referrals_of_others(
    hospital: httpx.AsyncClient, other_hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    foreign = (await refer(other_hospital, CONTACT)).json()["id"]

    own = (await refer(hospital, CONTACT)).json()
    again = (await refer(hospital, CONTACT)).json()

    assert own["possibleDuplicates"] == []
    assert again["possibleDuplicates"] == [own["id"]]
    assert await possible(hospital, own["id"]) == [again["id"]]
    assert await possible(desk, own["id"]) == sorted([foreign, again["id"]])


async def test_a_candidate_who_was_not_referred_is_no_duplicate(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    body = {"programme": "medical-incidents", "origin": "2026-11"}
    path = (await hospital.post("/v1/candidates", json=body)).headers["location"]
    await hospital.post(f"{path}/offers", json={"channel": "phone", "byFunction": "doctor"})
    accepted: Body = {"reasons": ["clear-need"], "consent": CONSENT, "contact": CONTACT}
    await hospital.post(f"{path}/acceptances", json=accepted)

    answer = await desk.post("/v1/referrals", json=SELF)

    assert answer.json()["possibleDuplicates"] == []


async def test_a_repeated_request_is_warned_as_the_first_whoever_came_since(
    desk: httpx.AsyncClient, traces: Traces
) -> None:
    earlier = (await desk.post("/v1/referrals", json=SELF)).json()["id"]
    key = {"idempotency-key": "once"}
    first = await desk.post("/v1/referrals", json=SELF, headers=key)
    await desk.post("/v1/referrals", json=SELF)
    before = traces()

    again = await desk.post("/v1/referrals", json=SELF, headers=key)

    assert again.json() == first.json()
    assert first.json()["possibleDuplicates"] == [earlier]
    assert traces() == before


async def test_whether_the_origin_may_be_the_same_follows_its_date_and_the_first_warning_stays(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    first = (await refer(hospital, CONTACT, origin=None)).json()["id"]
    key = {"idempotency-key": "once"}
    second = (await desk.post("/v1/referrals", json=SELF, headers=key)).json()
    path = f"/v1/candidates/{first}/origins"

    await desk.post(path, json={"origin": "2026-10-05"})
    other = await possible(desk, second["id"]), await possible(desk, first)
    await desk.post(f"/v1/referrals/{second['id']}/origins", json={"origin": "2026-10"})
    same = await possible(desk, second["id"]), await possible(desk, first)
    await desk.post(path, json={"origin": "2026-09-05"})
    again = (await desk.post("/v1/referrals", json=SELF, headers=key)).json()

    assert other == ([], [])
    assert same == ([first], [second["id"]])
    assert again == second
    assert second["possibleDuplicates"] == [first]


async def test_whoever_was_erased_is_found_no_more(
    desk: httpx.AsyncClient, vault: Vault, store: MemoryStore
) -> None:
    first = (await desk.post("/v1/referrals", json=SELF)).json()["id"]
    await vault.erase(UUID(first))

    second = (await desk.post("/v1/referrals", json=SELF)).json()

    assert second["possibleDuplicates"] == []
    assert await possible(desk, first) == []
    assert {str(person) for person, _, _ in store.vault} == {second["id"]}


async def test_before_somebody_was_referred_there_was_no_duplicate(
    desk: httpx.AsyncClient,
) -> None:
    early = {**SELF, "occurredAt": "2027-01-10"}
    first = (await desk.post("/v1/referrals", json=early)).json()["id"]
    second = (await desk.post("/v1/referrals", json=SELF)).json()["id"]

    assert await possible(desk, first, asOf="2027-01-20") == []
    assert await possible(desk, first) == [second]


@pytest.mark.parametrize("source", ["victim-support", "other"])
async def test_who_comes_through_others_is_found_too(desk: httpx.AsyncClient, source: str) -> None:
    first = (await desk.post("/v1/referrals", json={**SELF, "source": source})).json()["id"]

    second = (await desk.post("/v1/referrals", json=SELF)).json()

    assert second["possibleDuplicates"] == [first]


async def test_the_desk_links_and_unlinks_and_each_goes_its_own_way(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    first = (await refer(hospital, CONTACT)).json()["id"]
    second = (await desk.post("/v1/referrals", json=SELF)).json()["id"]
    path = f"/v1/referrals/{second}"

    linked = await desk.post(f"{path}/links", json={"other": first})
    then = (await desk.get(path)).json()["linked"]
    again = await desk.post(f"{path}/links", json={"other": first})
    unlinked = await desk.post(f"{path}/link-withdrawals", json={"other": first})

    assert [a.status_code for a in (linked, again, unlinked)] == [201, 201, 201]
    assert linked.headers["location"] == path
    assert again.headers["etag"] == linked.headers["etag"]
    assert then == [first]
    assert (await desk.get(path)).json()["linked"] == []
    assert [r.type for r in store.log[-2:]] == ["referral.linked.v1", "referral.unlinked.v1"]


async def test_only_another_referral_is_linked(desk: httpx.AsyncClient, traces: Traces) -> None:
    own = (await desk.post("/v1/referrals", json=SELF)).json()["id"]
    before = traces()

    answers = [
        await desk.post(f"/v1/referrals/{own}/links", json={"other": other})
        for other in (own, str(uuid4()), str(HOSPITAL))
    ]
    nothing = await desk.post(f"/v1/referrals/{uuid4()}/links", json={"other": own})
    no_referral = await desk.post(f"/v1/referrals/{HOSPITAL}/links", json={"other": own})

    assert [problem(answer) for answer in answers] == [(422, "invalid")] * 3
    assert problem(nothing) == (404, "not-found")
    assert problem(no_referral) == (404, "not-found")
    assert traces() == before


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CASE_MANAGER, Role.ANALYST, Role.TEAM_LEAD])
async def test_linking_is_for_the_desk(stand: Stand, role: Role) -> None:
    client = stand.client(role, organisation=HOSPITAL)

    answers = [
        await client.post(f"/v1/referrals/{CANDIDATE}/{route}", json={"other": str(uuid4())})
        for route in ("links", "link-withdrawals")
    ]

    assert [problem(answer) for answer in answers] == [(403, "forbidden")] * 2


async def test_what_the_desk_linked_is_not_shown_to_the_hospital(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    first = (await desk.post("/v1/referrals", json=SELF)).json()["id"]
    second = (await refer(hospital, CONTACT)).json()["id"]
    await desk.post(f"/v1/referrals/{second}/links", json={"other": first})

    own = (await hospital.get(f"/v1/referrals/{second}")).json()

    assert (own["linked"], own["possibleDuplicates"]) == ([], [])
