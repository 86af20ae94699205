"""HTTP for instruments and evaluations: scores wave after wave, read by who works on the case."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from casefile.case.examples import ASSIGNED, CASE_ID, CASE_MANAGER, CLOSED, OPENED
from casefile.codec import CODEC
from casefile.evaluation.examples import HELD
from casefile.instrument.decider import INSTRUMENT
from casefile.instrument.examples import COMPLETED, COMPLETION
from casefile.publish import publisher
from events.memory import MemoryStore
from events.testing import FixedClock, numbered, recorded
from kit.access import Role
from kit.testing import Stand, problem
from programmes.loader import Programmes

Body = dict[str, object]
Tell = Callable[..., Awaitable[None]]

INSTRUMENTS = f"/v1/cases/{CASE_ID}/instruments"
EVALUATIONS = f"/v1/cases/{CASE_ID}/evaluations"
WENT_WELL = "She felt heard; the talk with the surgeon came too soon."
SYMPTOMS: Body = {
    "instrument": "bsi-53",
    "wave": "first",
    "scores": {"anxiety": 1.17, "hostility": 0, "total": 0.83},
    "occurredAt": "2027-02-20",
}


@pytest.fixture
async def case(tell: Tell) -> None:
    await tell(OPENED, ASSIGNED)


@pytest.mark.usefixtures("case")
async def test_scores_are_kept_as_they_were_given_and_go_out_as_numbers(
    manager: httpx.AsyncClient, store: MemoryStore, programmes: Programmes
) -> None:
    written = await manager.post(INSTRUMENTS, json=SYMPTOMS)

    assert written.status_code == 201
    read = await manager.get(written.headers["location"])
    assert read.json() == {"id": written.json()["id"], **SYMPTOMS}
    assert read.headers["etag"] == written.headers["etag"]
    name, contract = publisher(programmes)(store.log[-1]) or pytest.fail("is published")
    said = {field: SYMPTOMS[field] for field in ("instrument", "wave", "scores")}
    assert (name, contract.model_dump()) == ("instrument-completed", said)


@pytest.mark.usefixtures("case")
async def test_the_waves_of_an_instrument_are_read_in_their_order_page_by_page(
    manager: httpx.AsyncClient,
) -> None:
    later = {**SYMPTOMS, "wave": "follow-up", "occurredAt": "2027-03-01"}
    for body in (later, SYMPTOMS):
        await manager.post(INSTRUMENTS, json=body)

    first = await manager.get(INSTRUMENTS, params={"limit": 1})
    second = await manager.get(first.links["next"]["url"])

    waves = [[c["wave"] for c in page.json()["items"]] for page in (first, second)]
    assert waves == [["first"], ["follow-up"]]
    assert second.json()["next"] is None


@pytest.mark.usefixtures("case")
async def test_a_wave_is_scored_once_and_then_corrected(manager: httpx.AsyncClient) -> None:
    await manager.post(INSTRUMENTS, json=SYMPTOMS)

    again = await manager.post(INSTRUMENTS, json=SYMPTOMS)

    assert problem(again) == (409, "already-completed")


async def test_a_correction_stands_in_the_place_of_the_scores_from_when_it_was_told(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    await tell(COMPLETED, stream=INSTRUMENT.beside(CASE_ID))
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    marks = {"wave": "first", "scores": {"housing": 8}, "occurredAt": "2027-02-21"}

    answer = await manager.post(f"{INSTRUMENTS}/{COMPLETION}/corrections", json=marks)

    assert answer.headers["location"] == f"{INSTRUMENTS}/{COMPLETION}"
    now, then = [
        (await manager.get(f"{INSTRUMENTS}/{COMPLETION}", params=at)).json()["scores"]
        for at in ({}, {"knownAt": "2027-03-31"})
    ]
    assert (now, then) == ({"housing": 8}, {"housing": 7, "physical": 4})
    before = await manager.get(f"{INSTRUMENTS}/{COMPLETION}", params={"asOf": "2027-02-20"})
    assert problem(before) == (404, "not-found")


async def test_what_was_not_completed_is_not_corrected(
    manager: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(OPENED, ASSIGNED)
    correction = {"wave": "first", "scores": {"housing": 8}}

    answer = await manager.post(f"{INSTRUMENTS}/{COMPLETION}/corrections", json=correction)

    assert problem(answer) == (409, "no-such-completion")
    assert len(store.log) == 2


@pytest.mark.usefixtures("case")
async def test_scores_are_for_those_who_work_on_the_case(
    stand: Stand, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    written = await manager.post(INSTRUMENTS, json=SYMPTOMS)

    for path in (INSTRUMENTS, written.headers["location"]):
        assert problem(await stranger.get(path)) == (404, "not-found")
        for role in (Role.DESK, Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE):
            assert problem(await stand.client(role).get(path)) == (403, "forbidden")


@pytest.mark.usefixtures("case")
async def test_evaluations_are_held_and_read(
    stand: Stand, manager: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    told = {"moment": "closing", "occurredAt": "2027-03-01"}
    written = await manager.post(EVALUATIONS, json=told)
    await manager.post(EVALUATIONS, json={"moment": "interim", "occurredAt": "2027-02-20"})

    read = await manager.get(written.headers["location"])
    listed = await stand.client(Role.DESK).get(EVALUATIONS)
    earlier = await manager.get(EVALUATIONS, params={"asOf": "2027-02-28"})

    assert read.json() == {"id": written.json()["id"], "words": False, **told}
    assert [e["moment"] for e in listed.json()["items"]] == ["interim", "closing"]
    assert [e["moment"] for e in earlier.json()["items"]] == ["interim"]
    assert problem(await manager.get(f"{EVALUATIONS}/{numbered(7)}")) == (404, "not-found")
    assert problem(await stranger.get(EVALUATIONS)) == (404, "not-found")
    assert problem(await stand.client(Role.REFERRER).get(EVALUATIONS)) == (403, "forbidden")


@pytest.mark.usefixtures("case")
async def test_what_went_well_and_what_did_not_lies_in_the_vault_and_is_read_by_the_team(
    stand: Stand, manager: httpx.AsyncClient, stranger: httpx.AsyncClient, store: MemoryStore
) -> None:
    held = await manager.post(EVALUATIONS, json={"moment": "interim", "words": WENT_WELL})
    silent = await manager.post(EVALUATIONS, json={"moment": "closing"})
    words = f"{held.headers['location']}/words"

    assert (await manager.get(words)).json() == {"text": WENT_WELL}
    assert (await manager.get(held.headers["location"])).json()["words"] is True
    for nothing in (silent.headers["location"], f"{EVALUATIONS}/{numbered(7)}"):
        assert problem(await manager.get(f"{nothing}/words")) == (404, "not-found")
    assert problem(await stranger.get(words)) == (404, "not-found")
    assert problem(await stand.client(Role.DESK).get(words)) == (403, "forbidden")
    assert "surgeon" not in repr([store.log, store.vault, store.answers])
    await store.erase(CASE_ID)
    assert problem(await manager.get(words)) == (410, "erased")


def test_an_evaluation_that_was_stored_before_words_were_kept_is_read() -> None:
    stored = {"evaluation": str(HELD.evaluation), "moment": HELD.moment}
    old = recorded(stored, type="evaluation.held.v1", occurred=HELD.occurred)

    assert CODEC.decode(old).event == HELD


def test_what_is_stored_of_scores_is_read_again() -> None:
    name, data = CODEC.encode(COMPLETED)

    assert name == "instrument.completed.v1"
    assert data["scores"] == {"housing": 7, "physical": 4}
