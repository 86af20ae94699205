"""HTTP for the journal: what an activity says beside its minutes, and how activities are read."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import orjson
import pytest

from casefile.case.examples import ASSIGNED, BACKUP, CASE_ID, CASE_MANAGER, OPENED
from casefile.codec import CODEC
from casefile.journal.decider import JOURNAL
from casefile.journal.examples import ACTIVITY, LOGGED
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.testing import FixedClock, numbered, recorded
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Tell = Callable[..., Awaitable[None]]

ACTIVITIES = f"/v1/cases/{CASE_ID}/activities"
MEETING: Body = {
    "category": "hospital",
    "type": "attend-meeting",
    "contactMinutes": 90,
    "travelMinutes": 60,
    "registrationMinutes": 20,
    "participants": ["client", "informal-carer"],
    "attended": "yes",
    "tags": ["information-given", "decision-by-client"],
    "boundaryDoubts": ["advice-or-information"],
    "treatment": {"apology": "yes", "respect": "unknown"},
    "occurredAt": "2027-02-24",
}
CALL: Body = {
    "category": "contact",
    "type": "introductory-call",
    "contactMinutes": 20,
    "travelMinutes": 0,
    "registrationMinutes": 5,
    "channel": "phone",
    "occurredAt": "2027-02-17",
}
TEXT = "The client wants to hear it from the surgeon herself."


@pytest.fixture
async def case(tell: Tell) -> None:
    await tell(OPENED, ASSIGNED)


async def days(client: httpx.AsyncClient, path: str = ACTIVITIES, **asked: str | int) -> list[str]:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200
    return [activity["occurredAt"] for activity in answer.json()["items"]]


@pytest.mark.usefixtures("case")
async def test_an_activity_says_who_took_part_and_whether_the_case_manager_was_there(
    manager: httpx.AsyncClient,
) -> None:
    written = await manager.post(ACTIVITIES, json=MEETING)

    read = await manager.get(written.headers["location"])
    own = {"id": written.json()["id"], "caseManager": str(CASE_MANAGER)}
    assert read.json() == {**own, **MEETING, "channel": None, "hasReport": False}
    assert read.headers["etag"] == written.headers["etag"]


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("category", "type_", "participants"),
    [
        ("legal", "monitor-progress", ["lawyer", "adjuster"]),
        ("hospital", "take-over-contact", ["committee", "doctor", "complaints-officer"]),
        ("hospital", "extra-questions", ["board", "informal-carer"]),
    ],
)
async def test_a_call_with_a_hospital_or_a_lawyer_says_with_whom_and_over_which_channel(
    manager: httpx.AsyncClient, category: str, type_: str, participants: list[str]
) -> None:
    call = {**CALL, "category": category, "type": type_, "participants": participants}

    written = await manager.post(ACTIVITIES, json=call)

    read = (await manager.get(written.headers["location"])).json()
    assert (read["channel"], read["participants"]) == ("phone", participants)


@pytest.mark.usefixtures("case")
async def test_whether_the_case_manager_was_there_is_unknown_where_it_is_asked_and_not_told(
    manager: httpx.AsyncClient,
) -> None:
    silent = {name: value for name, value in MEETING.items() if name != "attended"}

    for body in (silent, CALL):
        await manager.post(ACTIVITIES, json=body)

    answers = (await manager.get(ACTIVITIES)).json()["items"]
    assert [(a["attended"], a["channel"]) for a in answers] == [(None, "phone"), ("unknown", None)]


@pytest.mark.usefixtures("case")
async def test_supervision_is_work_that_the_journal_keeps(manager: httpx.AsyncClient) -> None:
    hour = {"contactMinutes": 60, "travelMinutes": 0, "registrationMinutes": 0}

    written = await manager.post(
        ACTIVITIES, json={"category": "professional", "type": "supervision", **hour}
    )

    read = (await manager.get(written.headers["location"])).json()
    assert (read["category"], read["type"]) == ("professional", "supervision")
    assert read["contactMinutes"] == 60


@pytest.mark.usefixtures("case")
async def test_a_report_lies_in_the_vault_and_is_read_by_those_who_work_on_the_case(
    stand: Stand, manager: httpx.AsyncClient, stranger: httpx.AsyncClient, store: MemoryStore
) -> None:
    written = await manager.post(ACTIVITIES, json={**MEETING, "report": TEXT})
    report = f"{written.headers['location']}/report"

    assert (await manager.get(report)).json() == {"text": TEXT}
    assert (await manager.get(written.headers["location"])).json()["hasReport"] is True
    assert problem(await stranger.get(report)) == (404, "not-found")
    assert problem(await stand.client(Role.DESK).get(report)) == (403, "forbidden")
    kept = orjson.dumps([repr(part) for part in (store.log, store.vault, store.answers)])
    assert b"surgeon" not in kept


@pytest.mark.usefixtures("case")
async def test_a_report_is_corrected_and_is_still_read_as_it_was_known(
    stand: Stand, manager: httpx.AsyncClient, clock: FixedClock
) -> None:
    written = await manager.post(ACTIVITIES, json={**MEETING, "report": TEXT})
    location = written.headers["location"]
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))

    await manager.post(f"{location}/corrections", json={**MEETING, "report": "Otherwise."})
    await manager.post(f"{location}/corrections", json={**MEETING, "attended": "no"})

    now = await manager.get(f"{location}/report")
    then = await manager.get(f"{location}/report", params={"knownAt": "2027-03-31"})
    assert (now.json(), then.json()) == ({"text": "Otherwise."}, {"text": TEXT})


@pytest.mark.usefixtures("case")
async def test_after_erasure_a_report_is_gone_and_no_other_is_taken(
    manager: httpx.AsyncClient, stranger: httpx.AsyncClient, store: MemoryStore
) -> None:
    written = await manager.post(ACTIVITIES, json={**MEETING, "report": TEXT})

    await store.erase(CASE_ID)

    told = {**MEETING, "report": TEXT}
    assert problem(await manager.get(f"{written.headers['location']}/report")) == (410, "erased")
    assert problem(await manager.post(ACTIVITIES, json=told)) == (410, "erased")
    assert problem(await stranger.post(ACTIVITIES, json=told)) == (404, "not-found")
    assert (await manager.get(written.headers["location"])).json()["hasReport"] is True


@pytest.mark.usefixtures("case")
async def test_an_activity_without_a_report_has_none(manager: httpx.AsyncClient) -> None:
    written = await manager.post(ACTIVITIES, json=CALL)

    for activity in (written.headers["location"], f"{ACTIVITIES}/{numbered(7)}"):
        assert problem(await manager.get(f"{activity}/report")) == (404, "not-found")


@pytest.mark.usefixtures("case")
async def test_activities_are_read_page_by_page_in_the_order_in_which_they_took_place(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    for number, day in enumerate(("2027-02-20", "2027-02-18", "2027-02-18", "2027-02-25")):
        told = replace(LOGGED, activity=numbered(number), occurred=Occurred.parse(day))
        await tell(told, stream=JOURNAL.beside(CASE_ID))

    first = await manager.get(ACTIVITIES, params={"limit": 2})
    late = replace(LOGGED, activity=numbered(9), occurred=Occurred.parse("2027-02-18"))
    await tell(late, stream=JOURNAL.beside(CASE_ID))
    rest = await manager.get(first.links["next"]["url"])
    last = await manager.get(rest.links["next"]["url"])

    pages = [[number_of(a) for a in page.json()["items"]] for page in (first, rest, last)]
    assert pages == [[1, 2], [9, 0], [3]]
    assert last.json()["next"] is None


def number_of(activity: dict[str, str]) -> int:
    return int(activity["id"].replace("-", ""), 16)


@pytest.mark.usefixtures("case")
async def test_activities_are_read_as_of_a_day_and_as_known_at_a_time(
    stand: Stand, tell: Tell, clock: FixedClock
) -> None:
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))
    clock.advance(timedelta(days=30))
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    corrected = {**CALL, "occurredAt": "2027-02-20"}
    await manager.post(f"{ACTIVITIES}/{ACTIVITY}/corrections", json=corrected)

    assert await days(manager) == ["2027-02-20"]
    assert await days(manager, asOf="2027-02-19") == []
    assert await days(manager, knownAt="2027-03-31") == ["2027-02-18"]
    then = await manager.get(f"{ACTIVITIES}/{ACTIVITY}", params={"asOf": "2027-02-19"})
    assert problem(then) == (404, "not-found")


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("path", [ACTIVITIES, f"{ACTIVITIES}/{ACTIVITY}"])
async def test_the_journal_is_read_by_those_who_may_see_the_case(
    stand: Stand, stranger: httpx.AsyncClient, tell: Tell, path: str
) -> None:
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))

    assert problem(await stranger.get(path)) == (404, "not-found")
    for role in (Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE):
        assert problem(await stand.client(role, subject=str(BACKUP)).get(path)) == (
            403,
            "forbidden",
        )
    assert (await stand.client(Role.DESK).get(path)).status_code == 200


def test_an_activity_that_was_stored_before_there_was_more_to_say_is_read() -> None:
    stored = {
        "activity": str(ACTIVITY),
        "case_manager": str(CASE_MANAGER),
        "category": "contact",
        "type": "home-visit",
        "contact_minutes": 75,
        "travel_minutes": 40,
        "registration_minutes": 10,
    }
    old = recorded(stored, type="journal.activity-logged.v1", occurred=LOGGED.occurred)

    assert CODEC.decode(old).event == LOGGED
