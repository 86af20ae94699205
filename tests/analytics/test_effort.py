"""The hours of some invented cases, added up by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from analytics.examples import BACKUP, CASE_MANAGER, HOSPITAL, KEY, identity, told
from analytics.log import Fact
from analytics.views.effort import rows
from events.contracts.casefile import ActivityLogged, CaseClosed, CaseOpened
from events.history import facts

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)


def done(
    kind: tuple[str, str], contact: int, travel: int, registration: int, by: UUID = CASE_MANAGER
) -> ActivityLogged:
    return ActivityLogged(
        case_manager=by,
        category=kind[0],
        type=kind[1],
        contact_minutes=contact,
        travel_minutes=travel,
        registration_minutes=registration,
        channel=CHANNELS.get(kind[1]),
    )


CHANNELS = {"home-visit": "face-to-face", "phone": "phone"}
VISIT, PHONE, DRAFT = ("contact", "home-visit"), ("contact", "phone"), ("legal", "draft-letter")


def case(number: int) -> UUID:
    return uuid5(KEY, f"case {number}")


CLAIM: dict[str, Any] = {"track": "liability", "step": "claim-filed", "outcome": None, "data": {}}
FIRST, SECOND, IDLE = case(1), case(2), case(3)
WORK = [
    told(1, OPENED, "2019-01-01", key=FIRST),
    told(2, done(VISIT, 60, 100, 30), "2019-01-10", key=FIRST),
    told(3, done(DRAFT, 90, 0, 0, BACKUP), "2019-02-10T23:30:00Z", key=FIRST),
    told(4, CLAIM, "2019-02-15", key=FIRST, type_="leidraad.casefile.liability-claim-filed.v1"),
    told(5, CaseClosed(reason="settled", spell=1), "2019-03-02", key=FIRST),
    told(1, OPENED, "2019-01-01", key=SECOND),
    told(2, done(PHONE, 30, 0, 0), "2019", key=SECOND),
    told(3, done(VISIT, 90, 20, 0), "2019-02", key=SECOND),
    told(4, done(PHONE, 600, 0, 0), "2020-02-01", key=SECOND),
    told(1, OPENED, "2019-03-01", key=IDLE),
]


def test_an_activity_has_the_month_in_which_it_took_place_as_far_as_that_is_known() -> None:
    found = rows(FIRST, facts([fact for fact in WORK if fact.key == FIRST]))
    vague = rows(SECOND, facts([fact for fact in WORK if fact.key == SECOND]))

    assert [row["month"] for row in found] == ["2019-01", "2019-02"]
    assert [row["month"] for row in vague] == [None, "2019-02", "2020-02"]
    assert {row["organisation"] for row in found} == {HOSPITAL}


def test_a_correction_takes_the_place_of_what_was_logged() -> None:
    corrected = told(
        9,
        done(VISIT, 45, 100, 30),
        "2019-01-11",
        key=FIRST,
        type_="leidraad.casefile.activity-corrected.v1",
        recorded="2019-05-01",
        corrects=identity(2, FIRST),
    )

    found = rows(FIRST, facts([*WORK[:3], corrected]))

    assert [row["contact_minutes"] for row in found] == [45, 90]


def test_work_from_before_the_opening_is_of_those_who_opened_the_case_first() -> None:
    again = CaseOpened(organisation=None, spell=2)
    log = [WORK[1], told(3, OPENED, "2019-02-01", key=FIRST), told(4, again, "2019-03-01")]

    assert [row["organisation"] for row in rows(FIRST, facts(log))] == [HOSPITAL]


def test_work_of_a_month_takes_its_place_after_what_was_told_of_that_month_before() -> None:
    noon = told(1, done(PHONE, 30, 0, 0), "2019-02-10T12:00:00Z")
    month = told(2, done(PHONE, 15, 0, 0), "2019-02", recorded="2019-03-01")

    at_noon, in_the_month = rows(KEY, facts([noon, month]))

    assert at_noon["happened_at"] == in_the_month["happened_at"]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(WORK, key=lambda fact: fact.recorded_at))
    return figure


system = pytest.mark.system


@system
async def test_hours_tell_travel_apart_and_cases_without_work_count_with_nought(ask: Ask) -> None:
    figure = await ask("effort", asOf=YEAR)

    assert (figure["n"], figure["cases"], figure["activities"]) == (3, 2, 4)
    assert figure["hours"] == {
        "contact": 4.5,
        "registration": 0.5,
        "withoutTravel": 5.0,
        "travel": 2.0,
    }
    assert figure["hoursPerCase"] == {
        "mean": round(5 / 3, 4),
        "min": 0,
        "lowerQuartile": 1,
        "median": 2,
        "upperQuartile": 2.5,
        "max": 3,
    }
    assert figure["activitiesPerCase"]["max"] == 2
    assert figure["contactMinutesPerActivity"] == 67.5
    assert (figure["perMonth"], figure["rows"], figure["split"]) == (None, [], None)


@system
async def test_effort_is_split_by_what_happened_in_the_case(ask: Ask) -> None:
    split = (await ask("effort", asOf=YEAR, splitBy="legal"))["split"]

    assert split["by"] == "legal"
    assert (split["holding"]["n"], split["holding"]["hoursPerCase"]["mean"]) == (1, 3)
    assert (split["others"]["n"], split["others"]["hoursPerCase"]["mean"]) == (2, 1)


@system
async def test_effort_may_be_of_some_activities_only(ask: Ask) -> None:
    visits = await ask("effort", asOf=YEAR, type="home-visit")
    contacts = await ask("effort", asOf=YEAR, category="contact", without="legal")

    assert (visits["activities"], visits["contactMinutesPerActivity"]) == (2, 75)
    assert (contacts["n"], contacts["activities"], contacts["hours"]["contact"]) == (2, 2, 2)


@system
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("category", {"contact": (2, 3, 3.5), "legal": (1, 1, 1.5)}),
        ("type", {"home-visit": (2, 2, 3.0), "phone": (1, 1, 0.5), "draft-letter": (1, 1, 1.5)}),
        ("month", {"2019-01": (1, 1, 1.5), "2019-02": (2, 2, 3.0), None: (1, 1, 0.5)}),
        ("channel", {"face-to-face": (2, 2, 3.0), "phone": (1, 1, 0.5), None: (1, 1, 1.5)}),
        (
            "case-manager",
            {str(CASE_MANAGER): (2, 3, 3.5), str(BACKUP): (1, 1, 1.5)},
        ),
    ],
)
async def test_effort_is_told_by_one_thing_or_another(
    ask: Ask, by: str, expected: dict[str | None, tuple[int, int, float]]
) -> None:
    rows = (await ask("effort", asOf=YEAR, by=by))["rows"]

    name = {"case-manager": "caseManager"}.get(by, by)
    found = {r[name]: (r["cases"], r["activities"], r["hours"]["withoutTravel"]) for r in rows}
    assert found == expected


@system
async def test_contacts_are_told_by_month_and_channel(ask: Ask) -> None:
    rows = (await ask("effort", asOf=YEAR, by="month-channel", category="contact"))["rows"]

    assert [(row["month"], row["channel"], row["activities"]) for row in rows] == [
        ("2019-01", "face-to-face", 1),
        ("2019-02", "face-to-face", 1),
        (None, "phone", 1),
    ]


@system
async def test_activities_per_month_are_of_the_time_between_two_milestones(ask: Ask) -> None:
    months = {"from_": "case-opened", "to": "case-closed"}

    figure = await ask("effort", asOf=YEAR, category="contact", splitBy="legal", **months)

    days = 60 + 364 + 305
    assert figure["perMonth"] == round(3 / (days / 30.44), 4)
    assert figure["split"]["holding"]["perMonth"] == round(1 / (60 / 30.44), 4)


@system
async def test_the_hours_of_each_case_come_in_pages(ask: Ask) -> None:
    first = await ask("effort/cases", asOf=YEAR, limit="1")
    second = await ask("effort/cases", asOf=YEAR, limit="1", cursor=first["next"])

    found = {r["key"]: r["hours"]["withoutTravel"] for r in [*first["items"], *second["items"]]}
    assert found == {str(FIRST): 3.0, str(SECOND): 2.0}
    assert second["next"] is None


@system
async def test_the_events_behind_effort_are_the_activities(ask: Ask) -> None:
    page = await ask("effort/events", asOf=YEAR, category="legal")

    assert [item["id"] for item in page["items"]] == [str(identity(3, FIRST))]


@system
async def test_effort_of_the_past_is_what_was_known_then(hears: Tell, figure: Ask) -> None:
    late = told(2, done(VISIT, 60, 0, 0), "2019-01-10", key=FIRST, recorded="2019-06-01")
    await hears([WORK[0], late])

    assert (await figure("effort", asOf="2019-03-01"))["activities"] == 1
    assert (await figure("effort", asOf="2019-03-01", knownAt="2019-05-31"))["activities"] == 0


@system
@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({"category": "music", "type": "waltz"}, ["category", "type"]),
        ({"from": "case-opened"}, ["to"]),
        ({"to": "case-opened"}, ["from"]),
        ({"splitBy": "full-moon", "among": "new-moon"}, ["among", "splitBy"]),
    ],
)
async def test_work_that_no_programme_knows_is_refused_by_name(
    answers: Answers, query: dict[str, str], parameters: list[str]
) -> None:
    answer = await answers("effort", query)

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == parameters
