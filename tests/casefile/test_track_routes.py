"""HTTP for tracks: recording steps with what they say, putting them right, reading a track."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from casefile.case.examples import ASSIGNED, CASE_ID, CASE_MANAGER, OPENED
from casefile.track.examples import CLAIM, CLAIM_FILED, CLAIM_OPENED, ENTRY
from events.memory import MemoryStore
from events.testing import FixedClock, numbered
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Tell = Callable[..., Awaitable[None]]
Traces = Callable[[], list[int]]

TRACK = f"/v1/cases/{CASE_ID}/tracks/{CLAIM}"
STEPS = f"{TRACK}/steps"
CORRECTIONS = f"{STEPS}/{ENTRY}/corrections"
BID: Body = {
    "step": "settlement-offered",
    "data": {"amount": 4000, "respondBy": "2027-03-12", "final": "yes"},
    "occurredAt": "2027-03-05",
}


@pytest.fixture
async def claim(tell: Tell) -> None:
    """A claim beside the case of the examples, filed."""
    await tell(OPENED, ASSIGNED)
    await tell(CLAIM_OPENED, CLAIM_FILED, stream=CLAIM)


async def steps(client: httpx.AsyncClient, **moment: str) -> list[tuple[str, str]]:
    answer = (await client.get(TRACK, params=moment)).json()
    return [(step["step"], step["occurredAt"]) for step in answer["steps"]]


@pytest.mark.usefixtures("claim")
async def test_a_step_keeps_what_it_says(manager: httpx.AsyncClient) -> None:
    written = await manager.post(STEPS, json=BID)

    track = (await manager.get(TRACK)).json()
    assert written.status_code == 201
    assert written.headers["location"] == f"{STEPS}/{written.json()['id']}"
    assert (track["track"], track["phase"]) == ("liability", "settlement-offered")
    assert track["steps"][1] == {"id": written.json()["id"], "outcome": None, **BID}
    [in_case] = (await manager.get(f"/v1/cases/{CASE_ID}")).json()["tracks"]
    assert in_case == track


@pytest.mark.usefixtures("claim")
async def test_an_outcome_that_is_not_given_is_unknown_where_the_step_has_outcomes(
    manager: httpx.AsyncClient,
) -> None:
    await manager.post(STEPS, json={"step": "represented", "data": {"funding": "unknown"}})

    [_, represented] = (await manager.get(TRACK)).json()["steps"]
    assert (represented["outcome"], represented["data"]) == ("unknown", {"funding": "unknown"})


async def test_cover_for_legal_aid_is_told_before_anything_else_of_a_claim(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    told = {"legalExpensesInsurance": "no", "subsidisedAid": "unknown"}
    stood = {"obstacles": ["no-legal-expenses-insurance", "no-free-intake"]}
    opened = await manager.post(
        f"/v1/cases/{CASE_ID}/tracks", json={"track": "liability", "occurredAt": "2027-02-20"}
    )
    track = opened.headers["location"]

    for data in (told, stood):
        await manager.post(
            f"{track}/steps",
            json={"step": "cover-checked", "data": data, "occurredAt": "2027-02-21"},
        )

    read = (await manager.get(track)).json()
    assert [step["data"] for step in read["steps"]] == [told, stood]
    assert read["phase"] == "cover-checked"


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"data": {"amount": "4000"}}, ["#/data/amount"]),
        ({"data": {"amount": True}}, ["#/data/amount"]),
        ({"data": {"amount": -1}}, ["#/data/amount"]),
        (
            {"data": {"respondBy": "2027-02-30", "colour": "red"}},
            ["#/data/colour", "#/data/respondBy"],
        ),
        ({"data": {"respondBy": "next-week"}}, ["#/data/respondBy"]),
        ({"data": {"final": "maybe"}, "outcome": "held"}, ["#/data/final", "#/outcome"]),
        ({"step": "client-decided", "data": {"reasons": ["tired"]}}, ["#/data/reasons"]),
        ({"step": "client-decided", "data": {"reasons": "too-heavy"}}, ["#/data/reasons"]),
        ({"step": "represented", "data": {"funding": "J. Jansen, 06 1234"}}, None),
        ({"step": "unheard-of"}, ["#/step"]),
    ],
)
async def test_what_a_step_cannot_say_is_named_and_leaves_no_trace(
    manager: httpx.AsyncClient, traces: Traces, changed: Body, fields: list[str] | None
) -> None:
    before = traces()

    answer = await manager.post(STEPS, json={**BID, **changed})

    assert problem(answer) == (422, "invalid")
    assert "Jansen" not in answer.text
    if fields:
        assert sorted(error["pointer"] for error in answer.json()["errors"]) == fields
    assert traces() == before


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({"outcome": "held"}, "outcome", "is to be left out: this step has no outcomes"),
        ({"data": {"respond-by": "2027-03-12"}}, "data/respond-by", "is written respondBy here"),
        (
            {"data": {"colour": "red"}},
            "data/colour",
            "is not known here; there is: amount, final, respondBy",
        ),
        (
            {"data": {"amount": True}},
            "data/amount",
            "a whole number, a code or a list of codes is needed",
        ),
    ],
)
async def test_what_is_wrong_with_a_step_is_said_in_one_sentence(
    manager: httpx.AsyncClient, changed: Body, place: str, sentence: str
) -> None:
    answer = await manager.post(STEPS, json={**BID, **changed})

    assert answer.json()["errors"] == [{"pointer": f"#/{place}", "detail": sentence}]


@pytest.mark.usefixtures("claim")
@pytest.mark.parametrize(
    ("step", "day", "code"),
    [
        ("acknowledged", "2027-02-20", "impossible-order"),
        ("settlement-rejected", "2027-03-05", "step-missing"),
        ("claim-filed", "2027-03-05", "step-repeated"),
    ],
)
async def test_an_impossible_order_is_refused_with_the_reason(
    manager: httpx.AsyncClient, traces: Traces, step: str, day: str, code: str
) -> None:
    before = traces()

    answer = await manager.post(STEPS, json={"step": step, "occurredAt": day})

    assert problem(answer) == (409, code)
    assert step in answer.json()["detail"]
    assert traces() == before


@pytest.mark.usefixtures("claim")
async def test_a_step_learnt_late_takes_its_place(
    stand: Stand, manager: httpx.AsyncClient, clock: FixedClock
) -> None:
    await manager.post(STEPS, json={"step": "settled", "occurredAt": "2027-03-04"})
    clock.advance(timedelta(days=60))
    later = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))

    await later.post(STEPS, json={"step": "acknowledged", "occurredAt": "2027-03-02"})

    told = [("claim-filed", "2027-02-28"), ("settled", "2027-03-04")]
    assert await steps(later) == [told[0], ("acknowledged", "2027-03-02"), told[1]]
    assert await steps(later, knownAt="2027-04-01") == told
    assert await steps(later, asOf="2027-03-03") == [told[0], ("acknowledged", "2027-03-02")]
    assert (await later.get(TRACK)).json()["phase"] == "settled"
    phase = (await later.get(TRACK, params={"asOf": "2027-03-03"})).json()["phase"]
    assert phase == "acknowledged"


@pytest.mark.usefixtures("claim")
async def test_a_correction_stands_in_the_place_of_the_step_from_when_it_was_told(
    stand: Stand, store: MemoryStore, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))

    for day in ("2027-02-26", "2027-02-25"):
        answer = await manager.post(CORRECTIONS, json={"occurredAt": day})
        assert answer.headers["location"] == f"{STEPS}/{ENTRY}"

    assert [r.corrects for r in store.log[4:]] == [store.log[3].id, store.log[4].id]
    assert await steps(manager) == [("claim-filed", "2027-02-25")]
    assert await steps(manager, knownAt="2027-03-31") == [("claim-filed", "2027-02-28")]


@pytest.mark.usefixtures("claim")
async def test_a_correction_says_when_it_happened_and_names_a_step_of_the_track(
    manager: httpx.AsyncClient, traces: Traces
) -> None:
    before = traces()
    other = f"{STEPS}/{numbered(9)}/corrections"

    timeless = await manager.post(CORRECTIONS, json={})
    nowhere = await manager.post(other, json={"occurredAt": "2027-02-26"})

    assert problem(timeless) == (422, "invalid")
    assert problem(nowhere) == (409, "no-such-step")
    assert traces() == before


@pytest.mark.usefixtures("claim")
async def test_a_track_is_found_by_those_who_hold_the_case_only(
    manager: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    elsewhere = f"/v1/cases/{CASE_ID}/tracks/{uuid4()}"

    answers = [await manager.get(elsewhere), await stranger.get(TRACK)]

    assert [problem(answer) for answer in answers] == [(404, "not-found")] * 2
    assert (await manager.get(TRACK)).headers["etag"] == '"2"'
