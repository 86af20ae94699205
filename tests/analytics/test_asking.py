"""Who may ask for figures and the events behind them, and what a question must be like."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from analytics.examples import HOSPITAL, KEY, identity, told
from analytics.log import Fact
from events.contracts.casefile import CaseClosed, CaseOpened
from events.contracts.intake import CandidateIdentified, OfferMade
from events.postgres import PostgresStore
from kit.access import Role
from kit.testing import problem

pytestmark = pytest.mark.system

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

SPAN = {"from": "candidate-identified", "to": "case-closed"}
QUERIES: dict[str, dict[str, str]] = {
    "offers": {},
    "funnel": {},
    "criteria": {"version": "3"},
    "caseload": {},
    "durations": SPAN,
    "effort": {},
    "needs": {},
    "scores": {},
    "shares": {"of": "case-closed"},
    "tracks": {},
}
PATHS = [path for name in QUERIES for path in (name, f"{name}/events")]
STORY = [
    told(1, CandidateIdentified(organisation=HOSPITAL, origin="2018-12-31"), "2019-01-02"),
    told(2, OfferMade(attempt=1, channel="phone", by_function="doctor"), "2019-01"),
    told(3, CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-12"),
    told(4, CaseClosed(reason="support-completed", spell=1), "2019-07-01", recorded="2019-09-01"),
]


@pytest.mark.parametrize("path", PATHS)
async def test_figures_are_for_analysts_and_team_leads(path: str, answers: Answers) -> None:
    query = QUERIES[path.split("/", maxsplit=1)[0]]

    statuses = {role: (await answers(path, query, role)).status_code for role in Role}

    allowed = {Role.ANALYST, Role.TEAM_LEAD}
    assert statuses == {role: 200 if role in allowed else 403 for role in Role}


async def test_reading_the_events_behind_a_figure_is_noted(
    answers: Answers, store: PostgresStore
) -> None:
    await answers("funnel/events", {})
    await answers("funnel/events", {}, Role.OPERATOR)

    lines = await store.pool.fetch("select action, resource, outcome from access_log order by id")
    assert [tuple(line) for line in lines] == [
        ("figure:read-events", "/v1/figures/funnel/events", "allowed"),
        ("figure:read-events", "/v1/figures/funnel/events", "forbidden"),
    ]


async def test_milestones_and_programmes_that_nobody_knows_are_named(answers: Answers) -> None:
    strange = {"from": "full-moon", "to": "case-closed", "among": "case-opened<new-moon"}

    milestones = await answers("durations", strange)
    programme = await answers("offers", {"programme": "astrology"})

    for answer, parameters in ((milestones, ["from", "among"]), (programme, ["programme"])):
        assert answer.status_code == 422
        assert [error["parameter"] for error in answer.json()["errors"]] == parameters


async def test_where_a_point_is_needed_an_order_is_refused_as_one(answers: Answers) -> None:
    answer = await answers("durations", SPAN | {"from": "case-opened<case-closed"})

    assert answer.json()["errors"] == [
        {
            "parameter": "from",
            "detail": "must be one point, not an order of two: case-opened<case-closed",
        }
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("funnel", {"asOf": "yesterday"}),
        ("offers", {"by": "moon"}),
        ("offers", {"organisation": "hospital"}),
        ("caseload", {"day": "2019-06-15", "asOf": "2019-06-15"}),
        ("durations", {"from": "case-opened"}),
        ("durations", {**SPAN, "open": "both"}),
        ("durations", {**SPAN, "fromSince": "2018"}),
        ("funnel", {"since": "2018"}),
    ],
)
async def test_a_question_that_cannot_be_understood_is_refused(
    path: str, query: dict[str, str], answers: Answers
) -> None:
    answer = await answers(path, query)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("told", ["0", "1551744000", "2019-03-05T10:00:00Z", "2019-03", ""])
async def test_a_day_is_asked_for_as_a_date(told: str, answers: Answers) -> None:
    caseload = await answers("caseload", {"day": told})
    durations = await answers("durations", {**SPAN, "fromSince": told, "fromUntil": told})

    errors = [*caseload.json()["errors"], *durations.json()["errors"]]
    assert [error["parameter"] for error in errors] == ["day", "fromSince", "fromUntil"]
    assert {error["detail"] for error in errors} == {"a date is needed, such as 2019-03-05"}


async def test_a_position_that_the_view_has_not_seen_is_waited_for(
    hears: Tell, answers: Answers
) -> None:
    await hears(STORY)

    assert (await answers("funnel", {"minPosition": str(len(STORY))})).status_code == 200
    assert (await answers("funnel", {"minPosition": str(len(STORY) + 1)})).status_code == 503


async def test_every_milestone_of_the_programme_can_be_asked_for(answers: Answers) -> None:
    for milestone in ("incident", "calamity-investigation-started", "activity-logged"):
        answer = await answers("durations", {"from": milestone, "to": "liability-claim-filed"})
        assert answer.status_code == 200


async def test_the_events_behind_a_figure_are_listed_as_their_source_has_them(
    hears: Tell, figure: Ask
) -> None:
    await hears(STORY)

    page = await figure("funnel/events")

    assert [item["id"] for item in page["items"]] == [str(identity(n)) for n in (1, 2, 3, 4)]
    assert page["items"][1] == {
        "id": str(identity(2)),
        "type": "leidraad.intake.offer-made.v1",
        "source": "intake",
        "position": 2,
        "occurredAt": "2019-01",
        "recordedAt": "2018-12-31T23:00:00.000002Z",
        "key": str(KEY),
        "corrects": None,
    }


async def test_the_events_behind_a_figure_follow_its_two_times(hears: Tell, figure: Ask) -> None:
    await hears(STORY)

    happened = await figure("funnel/events", asOf="2019-01-31")
    known = await figure("funnel/events", knownAt="2019-08-31")

    assert len(happened["items"]) == 3
    assert len(known["items"]) == 3


async def test_only_the_milestones_are_behind_a_duration(hears: Tell, figure: Ask) -> None:
    await hears(STORY)

    page = await figure("durations/events", from_="incident", to="case-closed", among="case-opened")

    assert [item["id"] for item in page["items"]] == [str(identity(n)) for n in (1, 3, 4)]


async def test_the_events_behind_a_figure_come_in_pages(hears: Tell, figure: Ask) -> None:
    await hears(STORY)
    query = {"knownAt": "2019-12-31", "limit": "3"}

    first = await figure("offers/events", **query)
    both = await figure("funnel/events", **query)
    rest = await figure("funnel/events", **query, cursor=both["next"])

    assert (len(first["items"]), first["next"]) == (2, None)
    assert [item["id"] for item in rest["items"]] == [str(identity(4))]
    assert rest["next"] is None


@pytest.mark.parametrize("path", ["funnel", "durations", "offers/events", "../exports/caseload"])
async def test_no_figure_comes_from_a_view_that_is_filled_for_the_first_time(
    path: str, hears: Tell, answers: Answers, store: PostgresStore
) -> None:
    await hears(STORY)
    query = QUERIES.get(path, {})
    await store.pool.execute("update views set whole_at = position + 1")

    filling = await answers(path, query)
    await store.pool.execute("update views set whole_at = position")
    filled = await answers(path, query)

    assert problem(filling) == (503, "filling")
    assert filled.status_code == 200
