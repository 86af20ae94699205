"""HTTP for the journal and the tracks: logging work, putting it right, recording steps."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from casefile.case.examples import ASSIGNED, BACKUP, CASE_ID, CASE_MANAGER, CLOSED, OPENED
from casefile.journal.decider import JOURNAL
from casefile.journal.examples import ACTIVITY, LOGGED
from casefile.track.examples import CLAIM, CLAIM_OPENED
from events.memory import MemoryStore
from events.testing import FixedClock, numbered
from kit.access import Role
from kit.testing import Stand, problem

Tell = Callable[..., Awaitable[None]]
Traces = Callable[[], list[int]]

PATH = f"/v1/cases/{CASE_ID}"
ACTIVITIES = f"{PATH}/activities"
CORRECTIONS = f"{ACTIVITIES}/{ACTIVITY}/corrections"
WORK = {
    "category": "contact",
    "type": "home-visit",
    "contactMinutes": 75,
    "travelMinutes": 40,
    "registrationMinutes": 10,
    "occurredAt": "2027-02-18",
}
NOT_ASKED: dict[str, object] = {
    "channel": None,
    "participants": [],
    "attended": None,
    "tags": [],
    "boundaryDoubts": [],
    "treatment": {},
    "hasReport": False,
}


async def minutes(client: httpx.AsyncClient, **moment: str) -> list[int]:
    answer = await client.get(PATH, params=moment)
    return [activity["contactMinutes"] for activity in answer.json()["activities"]]


async def test_an_activity_is_that_of_the_caller_and_lies_where_the_answer_says(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    written = await manager.post(ACTIVITIES, json=WORK)

    assert written.status_code == 201
    assert written.headers["location"] == f"{ACTIVITIES}/{written.json()['id']}"
    [activity] = (await manager.get(PATH)).json()["activities"]
    own = {"id": written.json()["id"], "caseManager": str(CASE_MANAGER)}
    assert activity == {**own, **WORK, **NOT_ASKED}


async def test_a_team_lead_says_whose_work_it_was(lead: httpx.AsyncClient, tell: Tell) -> None:
    await tell(OPENED)

    await lead.post(ACTIVITIES, json={**WORK, "caseManager": str(BACKUP)})

    [activity] = (await lead.get(PATH)).json()["activities"]
    assert activity["caseManager"] == str(BACKUP)


async def test_who_is_no_person_must_say_whose_work_it_was(
    stand: Stand, tell: Tell, traces: Traces
) -> None:
    await tell(OPENED)
    before = traces()

    answer = await stand.client(Role.TEAM_LEAD, subject="somebody").post(ACTIVITIES, json=WORK)

    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/caseManager"]
    assert traces() == before


async def test_a_correction_stands_in_the_place_of_the_activity_from_when_it_was_told(
    stand: Stand, tell: Tell, clock: FixedClock, store: MemoryStore
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))

    for corrected in (90, 60):
        answer = await manager.post(CORRECTIONS, json={**WORK, "contactMinutes": corrected})
        assert answer.headers["location"] == f"{ACTIVITIES}/{ACTIVITY}"

    assert [r.corrects for r in store.log[3:]] == [store.log[2].id, store.log[3].id]
    assert await minutes(manager) == [60]
    assert await minutes(manager, knownAt="2027-03-31") == [75]
    assert await minutes(manager, asOf="2027-02-17") == []


async def test_a_correction_may_move_the_activity_to_another_day(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))

    await manager.post(CORRECTIONS, json={**WORK, "occurredAt": "2027-02-25"})

    assert await minutes(manager) == [75]
    assert await minutes(manager, asOf="2027-02-24") == []


async def test_a_correction_that_is_repeated_adds_nothing(
    manager: httpx.AsyncClient, tell: Tell, store: MemoryStore
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))

    for _ in range(2):
        answer = await manager.post(CORRECTIONS, json={**WORK, "contactMinutes": 90})
        assert answer.status_code == 201

    assert len(store.log) == 4


async def test_steps_of_a_track_are_recorded_where_the_answer_says(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)

    opened = await manager.post(f"{PATH}/tracks", json={"track": "calamity-investigation"})
    steps = f"{opened.headers['location']}/steps"
    heard = {"step": "client-heard", "outcome": "held", "occurredAt": "2027-02-20"}
    recorded = await manager.post(steps, json=heard)
    await manager.post(steps, json={"step": "started", "occurredAt": "2027-01-26"})

    assert (opened.status_code, recorded.status_code) == (201, 201)
    assert recorded.headers["location"] == f"{steps}/{recorded.json()['id']}"
    [track] = (await manager.get(PATH)).json()["tracks"]
    assert track["id"] == opened.json()["id"]
    assert [(s["step"], s["outcome"]) for s in track["steps"]] == [
        ("started", None),
        ("client-heard", "held"),
    ]
    assert track["steps"][1]["id"] == recorded.json()["id"]


async def test_a_case_may_have_several_tracks_of_one_kind_also_after_it_closed(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    await tell(CLAIM_OPENED, stream=CLAIM)

    answer = await manager.post(f"{PATH}/tracks", json={"track": "liability"})

    assert answer.status_code == 201
    tracks = (await manager.get(PATH)).json()["tracks"]
    assert [track["track"] for track in tracks] == ["liability", "liability"]


@pytest.mark.parametrize("track", [numbered(7), CASE_ID, JOURNAL.beside(CASE_ID)])
async def test_a_step_needs_a_track_of_this_case(
    manager: httpx.AsyncClient, tell: Tell, traces: Traces, track: UUID
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))
    before = traces()

    answer = await manager.post(f"{PATH}/tracks/{track}/steps", json={"step": "claim-filed"})

    assert problem(answer) == (409, "no-such-track")
    assert traces() == before


async def test_what_was_not_logged_is_not_corrected(
    manager: httpx.AsyncClient, tell: Tell, traces: Traces
) -> None:
    await tell(OPENED, ASSIGNED)
    before = traces()

    answer = await manager.post(CORRECTIONS, json=WORK)

    assert problem(answer) == (409, "no-such-activity")
    assert traces() == before
