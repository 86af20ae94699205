"""What happens once in a case is put right, and was otherwise as long as nobody knew better."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from casefile.case.corrections import (
    CorrectClosing,
    CorrectFirstContact,
    CorrectFirstVisit,
    Correction,
)
from casefile.case.decider import case_decider
from casefile.case.events import CaseEvent
from casefile.case.examples import (
    ASSIGNED,
    CASE_ID,
    CLOSED,
    CLOSED_LATER,
    CONTACTED,
    CONTACTED_EARLIER,
    OPENED,
    REOPENED,
    TOLD_AS,
    VISITED,
    VISITED_LATER,
    WINDING_DOWN,
)
from casefile.persons.decider import PERSONS
from casefile.persons.examples import PATIENT, PATIENT_ADDED, PATIENT_DIED
from events.contracts.contract import Known
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.testing import NOW, FixedClock, outcome, refusal
from kit.testing import problem

Tell = Callable[..., Awaitable[None]]

PATH = f"/v1/cases/{CASE_ID}"
CONTACT = CorrectFirstContact(
    channel="video-call", corrects=TOLD_AS, occurred=CONTACTED_EARLIER.occurred
)
VISIT = CorrectFirstVisit(corrects=TOLD_AS, occurred=VISITED_LATER.occurred)
CLOSING = CorrectClosing(
    spell=1, reason="settled", corrects=TOLD_AS, occurred=CLOSED_LATER.occurred
)
CHECKED: Mapping[str, Known] = {"evaluated": "yes"}
EARLY = Occurred.parse("2027-02-14")
LATE = Occurred.parse("2027-03-04")


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([CONTACTED], CONTACT, [CONTACTED_EARLIER]),
        ([CONTACTED, CONTACTED_EARLIER], CONTACT, []),
        ([CONTACTED], replace(CONTACT, channel="phone", occurred=CONTACTED.occurred), []),
        ([VISITED], VISIT, [VISITED_LATER]),
        ([VISITED, VISITED_LATER], VISIT, []),
        ([CLOSED], CLOSING, [CLOSED_LATER]),
        ([CLOSED, CLOSED_LATER], CLOSING, []),
        ([CLOSED, REOPENED], CLOSING, [CLOSED_LATER]),
        (
            [replace(CLOSED, open_needs=("legal",))],
            replace(CLOSING, checklist=CHECKED),
            [replace(CLOSED_LATER, checklist=CHECKED, open_needs=("legal",))],
        ),
    ],
)
def test_what_was_mistaken_is_put_right_once(
    before: list[CaseEvent], command: Correction, events: list[CaseEvent]
) -> None:
    assert outcome(case_decider, given=[OPENED, *before], when=command) == events


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([], CONTACT, "no-first-contact"),
        ([], VISIT, "no-first-visit"),
        ([], CLOSING, "no-such-closing"),
        ([CLOSED, REOPENED], replace(CLOSING, spell=2), "no-such-closing"),
        ([CONTACTED], replace(CONTACT, occurred=EARLY), "impossible-order"),
        ([CONTACTED, CLOSED], replace(CONTACT, occurred=LATE), "case-closed"),
        ([VISITED, CLOSED], replace(VISIT, occurred=LATE), "case-closed"),
        ([CLOSED], replace(CLOSING, occurred=EARLY), "impossible-order"),
        ([CONTACTED, CLOSED], replace(CLOSING, occurred=ASSIGNED.occurred), "impossible-order"),
        ([WINDING_DOWN, CLOSED], replace(CLOSING, occurred=VISITED.occurred), "impossible-order"),
        ([CLOSED, REOPENED], replace(CLOSING, occurred=LATE), "impossible-order"),
    ],
)
def test_what_is_not_known_or_cannot_be_is_not_put_right(
    before: list[CaseEvent], command: Correction, code: str
) -> None:
    assert refusal(case_decider, given=[OPENED, *before], when=command) == code


@pytest.fixture
async def lived(tell: Tell, clock: FixedClock) -> None:
    """A case in which each of them was told once, a day before now."""
    clock.at = NOW - timedelta(days=1)
    await tell(OPENED, ASSIGNED, CONTACTED, VISITED, CLOSED)
    await tell(PATIENT_ADDED, PATIENT_DIED, stream=PERSONS.beside(CASE_ID))
    clock.at = NOW


CORRECTIONS: list[tuple[str, dict[str, Any], Callable[[Any], object], str, str]] = [
    (
        "first-contacts",
        {"channel": "phone"},
        lambda case: case["firstContactAt"],
        "2027-02-17",
        "2027-02-16",
    ),
    ("first-visits", {}, lambda case: case["firstVisitAt"], "2027-02-18", "2027-02-19"),
    (
        "closings/1",
        {"reason": "settled"},
        lambda case: case["spells"][0]["closedAt"],
        "2027-03-01",
        "2027-02-28",
    ),
    (
        "deaths",
        {"person": str(PATIENT)},
        lambda case: case["persons"][0]["diedAt"],
        "2027-02-23",
        "2027-02-21",
    ),
]


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(("resource", "body", "shown", "first", "then"), CORRECTIONS)
async def test_a_file_says_what_was_put_right_and_said_otherwise_before(
    manager: httpx.AsyncClient,
    store: MemoryStore,
    resource: str,
    body: dict[str, Any],
    shown: Callable[[Any], object],
    first: str,
    then: str,
) -> None:
    path, right = f"{PATH}/{resource}/corrections", {**body, "occurredAt": then}
    corrected = await manager.post(path, json=right)
    again = await manager.post(path, json=right)

    now = (await manager.get(PATH)).json()
    before = (await manager.get(PATH, params={"knownAt": "2027-03-04"})).json()

    assert corrected.status_code == again.status_code == 201
    assert again.headers["etag"] == corrected.headers["etag"]
    assert (shown(now), shown(before)) == (then, first)
    original = next(r for r in store.log if r.id == store.log[-1].corrects)
    assert str(original.occurred) == first
    assert [r.corrects is None for r in store.log] == [True] * 7 + [False]


@pytest.mark.usefixtures("lived")
@pytest.mark.parametrize(("resource", "body", "shown", "first", "then"), CORRECTIONS)
async def test_what_was_put_right_is_put_right_again(
    manager: httpx.AsyncClient,
    store: MemoryStore,
    resource: str,
    body: dict[str, Any],
    shown: Callable[[Any], object],
    first: str,
    then: str,
) -> None:
    path = f"{PATH}/{resource}/corrections"
    await manager.post(path, json={**body, "occurredAt": then})
    await manager.post(path, json={**body, "occurredAt": first})

    assert store.log[-1].corrects == store.log[-2].id
    assert shown((await manager.get(PATH)).json()) == first


@pytest.mark.parametrize(("resource", "body", "then"), [(r, b, t) for r, b, _, _, t in CORRECTIONS])
async def test_when_it_should_have_been_must_be_said_and_something_must_be_known(
    manager: httpx.AsyncClient,
    tell: Tell,
    resource: str,
    body: dict[str, Any],
    then: str,
) -> None:
    await tell(OPENED, ASSIGNED)
    path = f"{PATH}/{resource}/corrections"

    nothing = await manager.post(path, json={**body, "occurredAt": then})
    untimed = await manager.post(path, json=body)

    assert nothing.status_code == 409
    assert problem(nothing)[1].startswith("no-")
    assert untimed.status_code == 422


async def test_a_case_stays_heavy_by_a_death_that_was_on_another_day(
    manager: httpx.AsyncClient, tell: Tell
) -> None:
    await tell(OPENED, ASSIGNED)
    await tell(PATIENT_ADDED, PATIENT_DIED, stream=PERSONS.beside(CASE_ID))
    right = {"person": str(PATIENT), "occurredAt": "2027-02-22"}

    await manager.post(f"{PATH}/deaths/corrections", json=right)

    assert (await manager.get(PATH)).json()["heavyReasons"] == ["client-died"]


def test_a_first_contact_of_which_nobody_knew_the_day_is_put_right() -> None:
    before: list[CaseEvent] = [OPENED, replace(CONTACTED, occurred=UNKNOWN)]

    assert outcome(case_decider, given=before, when=CONTACT) == [CONTACTED_EARLIER]
