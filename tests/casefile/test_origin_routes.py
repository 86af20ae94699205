"""HTTP for the origin: told over HTTP or by intake, read with the case, never by the hospital."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from casefile.case.events import Referral
from casefile.case.examples import ASSIGNED, CASE_ID, CLOSED, OPENED
from casefile.origin.decider import ORIGIN
from casefile.origin.examples import HEARD, HEARD_DATE
from events.memory import MemoryStore
from events.testing import FixedClock
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
ORIGINS = f"{PATH}/origins"
NOTHING = dict.fromkeys(
    ("origin", "kind", "consequence", "status", "discovered", "disclosed", "disclosedBy")
)
TOLD = {
    "kind": "wrong-or-late-diagnosis",
    "discovered": "2027-01-25",
    "disclosed": "2027-02",
    "disclosedBy": "face-to-face",
    "occurredAt": "2027-02-18",
}
KNOWN = {name: told for name, told in TOLD.items() if name != "occurredAt"}


async def test_what_is_learnt_of_the_origin_is_read_with_the_case_as_of_each_time(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    async def origin(**at: str) -> object:
        return (await manager.get(PATH, params=at)).json()["origin"]

    assert await origin() == NOTHING
    told = await manager.post(ORIGINS, json=TOLD)
    later = {"status": "calamity", "disclosedBy": "letter", "occurredAt": "2027-02-24"}
    told_later = await manager.post(ORIGINS, json=later)
    again = await manager.post(ORIGINS, json=TOLD)

    assert [a.status_code for a in (told, told_later, again)] == [201, 201, 201]
    assert told.headers["location"] == PATH
    assert told_later.json()["version"] == again.json()["version"] == 2
    now = NOTHING | KNOWN | {"status": "calamity", "disclosedBy": "letter"}
    assert await origin() == now
    assert await origin(asOf="2027-02-20") == NOTHING | KNOWN
    assert await origin(asOf="2027-02-17") == NOTHING


async def test_what_intake_told_stands_beside_it_field_by_field(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(HEARD_DATE, HEARD, stream=ORIGIN.beside(CASE_ID))
    await manager.post(ORIGINS, json=TOLD)

    read = (await manager.get(PATH)).json()["origin"]

    intake = {
        "origin": "2027-01-20",
        "consequence": "serious-harm",
        "status": "possible-calamity",
    }
    assert read == KNOWN | intake


async def test_what_was_thought_before_the_case_opened_is_read_as_of_then(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(HEARD_DATE, HEARD, stream=ORIGIN.beside(CASE_ID))

    then = (await manager.get(PATH, params={"asOf": "2027-02-12"})).json()
    unborn = await manager.get(PATH, params={"asOf": "2027-02-09"})

    assert (then["status"], then["organisation"], then["referral"]) == ("new", None, None)
    assert (then["origin"]["status"], then["origin"]["origin"]) == ("possible-calamity", None)
    assert problem(unborn) == (404, "not-found")


async def test_what_was_known_of_it_at_another_time_stays_readable(
    manager: httpx.AsyncClient, tell: Tell, clock: FixedClock
) -> None:
    await tell(OPENED, ASSIGNED)
    await manager.post(ORIGINS, json=TOLD)
    before = clock() + timedelta(seconds=30)
    clock.advance(timedelta(minutes=1))
    await manager.post(ORIGINS, json={"kind": "result-misread", "occurredAt": "2027-02-19"})

    known = await manager.get(PATH, params={"knownAt": before.isoformat()})
    now = await manager.get(PATH)

    assert known.json()["origin"] == NOTHING | KNOWN
    assert now.json()["origin"] == NOTHING | KNOWN | {"kind": "result-misread"}


async def test_what_cannot_have_been_in_that_order_is_refused_with_every_reason(
    manager: httpx.AsyncClient, tell: Tell, traces: Callable[[], list[int]]
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(HEARD_DATE, stream=ORIGIN.beside(CASE_ID))
    before = traces()

    body = {"discovered": "2027-01-10", "disclosed": "2027-01-05", "occurredAt": "2027-01-07"}
    refused = await manager.post(ORIGINS, json=body)

    assert problem(refused) == (409, "impossible-order")
    assert refused.json()["detail"] == (
        "It was not discovered (2027-01-10) before it happened (2027-01-20)."
        " The client was not told (2027-01-05) before it was discovered (2027-01-10)."
        " The client was not told (2027-01-05) before it happened (2027-01-20)."
        " This was not known (2027-01-07) before it happened (2027-01-10)."
    )
    assert traces() == before


async def test_who_tells_nothing_is_told_so(manager: httpx.AsyncClient, tell: Tell) -> None:
    await tell(OPENED, ASSIGNED)

    nothing = await manager.post(ORIGINS, json={"occurredAt": "2027-02-18"})

    assert problem(nothing) == (422, "invalid")
    assert nothing.json()["errors"] == [
        {"pointer": "#/kind", "detail": "is needed, or another field that tells of the origin"}
    ]


@pytest.mark.parametrize("role", [Role.DESK, Role.TEAM_LEAD])
async def test_desk_and_lead_tell_it_too_also_of_a_case_that_closed(
    stand: Stand, tell: Tell, role: Role
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)

    told = await stand.client(role).post(ORIGINS, json={**TOLD, "occurredAt": "2027-03-04"})

    assert told.status_code == 201


async def test_the_case_says_what_led_to_it_where_that_was_kept(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    referral = Referral(
        source="hospital",
        referred="2027-02-13",
        criteria_version=2,
        consented="2027-02-12",
        consent_form="spoken",
        attempt=1,
        channel="phone",
        reasons=("clear-need",),
    )
    await tell(replace(OPENED, referral=referral), ASSIGNED)

    read = (await manager.get(PATH)).json()["referral"]

    assert read == {
        "source": "hospital",
        "referredAt": "2027-02-13",
        "criteriaVersion": 2,
        "consentedAt": "2027-02-12",
        "consentForm": "spoken",
        "attempt": 1,
        "channel": "phone",
        "reasons": ["clear-need"],
    }


async def test_a_case_that_was_opened_before_that_was_kept_is_read_without(
    manager: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(OPENED, ASSIGNED)
    del store.log[0].event["referral"]

    read = (await manager.get(PATH)).json()

    assert (read["status"], read["referral"], read["origin"]) == ("open", None, NOTHING)


async def test_the_hospital_sees_nothing_of_it(
    referrer: httpx.AsyncClient, manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    process = f"/v1/processes/{CASE_ID}"
    before = await referrer.get(process)

    await tell(HEARD_DATE, HEARD, stream=ORIGIN.beside(CASE_ID))
    assert (await manager.post(ORIGINS, json=TOLD)).status_code == 201
    after = await referrer.get(process)

    assert before.content == after.content
    assert _headers(before) == _headers(after)
    unborn = await referrer.get(process, params={"asOf": str(HEARD.occurred)})
    assert problem(unborn) == (404, "not-found")
    for path in (PATH, ORIGINS):
        assert (await referrer.get(path)).status_code in {403, 405}
    assert problem(await referrer.post(ORIGINS, json=TOLD)) == (403, "forbidden")


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-correlation-id"}
