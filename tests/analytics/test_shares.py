"""Shares, steps and split durations of some invented cases, counted by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from analytics.examples import HOSPITAL, KEY, OTHER_HOSPITAL, told
from analytics.log import Fact
from events.contracts.casefile import CaseClosed, CaseOpened, FirstContactMade

pytestmark = pytest.mark.system

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
CONTACTED = FirstContactMade(channel="phone")
CLOSED = CaseClosed(reason="no-longer-needed", spell=1)


def step(publishes: str, outcome: str | None = None, **data: str) -> tuple[str, dict[str, Any]]:
    name = f"leidraad.casefile.{publishes}.v1"
    return name, {"track": "any", "step": publishes, "outcome": outcome, "data": data}


INVESTIGATED = step("calamity-investigation-started")
NOT_INVESTIGATED = step("calamity-investigation-not-done")
CLAIMED = step("liability-claim-filed")
COMPLAINED = step("disciplinary-complaint-filed")


def heard(outcome: str, attended: str) -> tuple[str, dict[str, Any]]:
    return step("client-heard-by-committee", outcome, attended=attended)


def case(number: int) -> UUID:
    return uuid5(KEY, f"case {number}")


def story(number: int, *steps: tuple[Any, str]) -> list[Fact]:
    """Each step is an event, or the type and content of one, and when it happened."""
    typed = [event if isinstance(event, tuple) else (None, event) for event, _ in steps]
    return [
        told(position, event, occurred, key=case(number), type_=type_)
        for position, ((type_, event), (_, occurred)) in enumerate(
            zip(typed, steps, strict=True), start=1
        )
    ]


STORIES = [
    *story(
        1,
        (OPENED, "2019-01-01"),
        (CONTACTED, "2019-01-02"),
        (INVESTIGATED, "2019-01-10"),
        (heard("refused", "no"), "2019-02-01"),
        (heard("held", "yes"), "2019-03-01"),
        (CLAIMED, "2019-05-01"),
        (COMPLAINED, "2019-06-01"),
        (CLOSED, "2019-07-01"),
    ),
    *story(
        2,
        (OPENED, "2019-02-01"),
        (INVESTIGATED, "2019-02-02"),
        (heard("held", "no"), "2019-03-01"),
        (CONTACTED, "2019-03-04"),
        (CLOSED, "2019-02-11"),
    ),
    *story(3, (OPENED, "2019-03-01"), (NOT_INVESTIGATED, "2019-03-02"), (CLAIMED, "2020-01-01")),
    *story(
        4,
        (OPENED, "2019-04-01"),
        (INVESTIGATED, "2019-04-02"),
        (CONTACTED, "2019-04"),
        (heard("held", "unknown"), "2019-05-01"),
        (COMPLAINED, "unknown"),
    ),
    *story(5, (OPENED, "2019-05-01"), (heard("unknown", "unknown"), "2019-06-01")),
]
HELD = "client-heard-by-committee:held"


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(STORIES, key=lambda fact: fact.recorded_at))
    return figure


async def share(ask: Ask, **query: str | list[str]) -> tuple[int, ...]:
    found = await ask("shares", **{"asOf": YEAR, **query})
    return found["yes"], found["no"], found["unknown"], found["n"]


async def test_what_says_neither_yes_nor_no_is_unknown(ask: Ask) -> None:
    done, not_done = "calamity-investigation-started", "calamity-investigation-not-done"

    assert await share(ask, of=done, against=not_done) == (3, 1, 1, 5)
    assert await share(ask, of=done) == (3, 0, 2, 5)


async def test_a_share_is_yes_out_of_all(ask: Ask) -> None:
    assert (await ask("shares", asOf=YEAR, of="liability-claim-filed"))["share"] == 0.2
    assert (await ask("shares", asOf="2018", of="liability-claim-filed"))["share"] is None


async def test_a_step_counts_with_an_outcome_that_it_had_at_any_time(ask: Ask) -> None:
    refused = "client-heard-by-committee:refused"

    assert await share(ask, of=HELD, against=refused) == (3, 0, 2, 5)
    assert await share(ask, of=refused, against=HELD) == (1, 2, 2, 5)


async def test_what_a_step_says_counts_with_its_outcome(ask: Ask) -> None:
    attended = {"of": f"{HELD}.attended=yes", "against": f"{HELD}.attended=no"}

    assert await share(ask, among=HELD, **attended) == (1, 1, 1, 3)


async def test_what_came_first_is_unknown_where_a_date_is_not_known_to_the_day(ask: Ask) -> None:
    before, after = f"first-contact-made<{HELD}", f"{HELD}<first-contact-made"

    assert await share(ask, among=HELD, of=before, against=after) == (1, 1, 1, 3)


async def test_of_several_conditions_all_must_hold(ask: Ask) -> None:
    both = ["liability-claim-filed", "disciplinary-complaint-filed"]

    assert await share(ask, of=both) == (1, 0, 4, 5)
    assert await share(ask, of=both, asOf="2020-01-01") == (1, 0, 4, 5)
    assert await share(ask, of="case-closed", among=["case-opened", both[0]]) == (1, 0, 0, 1)
    assert await share(ask, of="case-closed", without=both) == (1, 0, 2, 3)


async def test_a_figure_may_be_of_the_cases_of_some_organisations(
    ask: Ask, hears: Tell, figure: Ask
) -> None:
    elsewhere = CaseOpened(organisation=OTHER_HOSPITAL, spell=1)
    nowhere = CaseOpened(organisation=None, spell=1)
    await hears([*story(6, (elsewhere, "2019-03-01"), (CLAIMED, "2019-04-01"))])
    await hears([*story(7, (nowhere, "2019-03-01"), (CLAIMED, "2019-04-01"))])
    here, other = {"organisation": str(HOSPITAL)}, {"organisation": str(OTHER_HOSPITAL)}
    span = {"from_": "case-opened", "to": "liability-claim-filed", "asOf": YEAR}

    both = [str(HOSPITAL), str(OTHER_HOSPITAL)]
    assert await share(ask, of="liability-claim-filed") == (3, 0, 4, 7)
    assert await share(ask, of="liability-claim-filed", **here) == (1, 0, 4, 5)
    assert await share(ask, of="liability-claim-filed", **other) == (1, 0, 0, 1)
    assert await share(ask, of="liability-claim-filed", organisation=both) == (2, 0, 4, 6)
    assert (await figure("durations", **span, **other))["days"]["mean"] == 31
    assert (await figure("tracks", asOf=YEAR, **other))["n"] == 1
    assert (await figure("effort", asOf=YEAR, **here))["n"] == 5
    events = await figure("shares/events", asOf=YEAR, of="liability-claim-filed", **other)
    assert [item["key"] for item in events["items"]] == [str(case(6))] * 2


async def test_any_step_of_a_group_counts_once(ask: Ask) -> None:
    assert await share(ask, of="legal") == (2, 0, 3, 5)
    assert await share(ask, of="legal", asOf="2020-01-01") == (3, 0, 2, 5)


async def test_the_events_behind_a_share_are_those_that_its_conditions_name(ask: Ask) -> None:
    page = await ask("shares/events", asOf=YEAR, of=HELD, among="calamity-investigation-started")

    types = [item["type"].split(".")[2] for item in page["items"]]
    assert sorted(types) == [
        *["calamity-investigation-started"] * 3,
        *["client-heard-by-committee"] * 4,
    ]


async def test_steps_count_each_case_once_as_they_went_the_last_time(ask: Ask) -> None:
    figure = await ask("tracks", asOf=YEAR)

    rows = {row["milestone"]: row for row in figure["rows"]}
    talks = rows["client-heard-by-committee"]
    assert figure["n"] == 5
    assert (talks["cases"], talks["share"]) == (4, 0.8)
    assert talks["outcomes"] == [
        {"outcome": "held", "cases": 3, "tracks": 3},
        {"outcome": "unknown", "cases": 1, "tracks": 1},
    ]
    assert talks["answers"] == [
        {"field": "attended", "value": "no", "cases": 1, "tracks": 1},
        {"field": "attended", "value": "unknown", "cases": 2, "tracks": 2},
        {"field": "attended", "value": "yes", "cases": 1, "tracks": 1},
    ]
    assert rows["liability-claim-filed"]["outcomes"] == [{"outcome": None, "cases": 1, "tracks": 1}]


async def test_steps_may_be_of_some_cases_and_one_track(ask: Ask) -> None:
    none = await ask("tracks", asOf=YEAR, track="application")
    some = await ask("tracks", asOf=YEAR, among="liability-claim-filed")
    behind = await ask("tracks/events", asOf=YEAR, among="liability-claim-filed")

    assert (none["n"], none["rows"]) == (5, [])
    assert {(row["milestone"], row["share"]) for row in some["rows"]} == {
        ("calamity-investigation-started", 1.0),
        ("client-heard-by-committee", 1.0),
        ("disciplinary-complaint-filed", 1.0),
        ("liability-claim-filed", 1.0),
    }
    assert len(behind["items"]) == 4


async def test_a_duration_is_split_by_what_happened_in_the_case(ask: Ask) -> None:
    span = {"from_": "case-opened", "to": "case-closed", "open": "cut", "asOf": YEAR}

    figure = await ask("durations", **span, splitBy="legal")

    holding, others = figure["split"]["holding"], figure["split"]["others"]
    assert figure["split"]["by"] == "legal"
    assert (figure["n"], holding["n"], others["n"]) == (5, 2, 3)
    assert holding["days"]["mean"] == (181 + 274) / 2
    assert (holding["open"], holding["openShare"], others["open"]) == (1, 0.5, 2)
    assert (await ask("durations", **span))["split"] is None


async def test_a_duration_may_begin_with_an_outcome(ask: Ask) -> None:
    span = {"from_": "case-opened", "asOf": YEAR, "among": "legal"}

    first = await ask("durations", **span, to="client-heard-by-committee")
    held = await ask("durations", **span, to=HELD)

    assert (first["days"]["max"], held["days"]["max"]) == (31, 59)


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ({"of": "full-moon"}, "of", "must be one of"),
        ({"of": "case-opened<full-moon"}, "of", "must be one of"),
        ({"of": "case-opened<"}, "of", "must be one of"),
        ({"of": "case-opened:held"}, "of", "may be followed by .spell=*; not by :held"),
        ({"of": HELD, "against": f"{HELD}.attended=maybe"}, "against", "not by .attended=maybe"),
        ({"of": HELD, "without": "client-heard-by-committee:hold"}, "without", ":held"),
    ],
)
async def test_what_no_programme_knows_is_refused_by_name(
    answers: Answers, query: dict[str, str], parameter: str, detail: str
) -> None:
    answer = await answers("shares", query)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["parameter"]) == (422, parameter)
    assert detail in error["detail"]


async def test_a_share_of_nothing_and_a_strange_track_are_refused(answers: Answers) -> None:
    assert (await answers("shares", {})).status_code == 422
    strange = await answers("tracks", {"track": "rail", "among": "new-moon"})
    assert [error["parameter"] for error in strange.json()["errors"]] == ["among", "track"]
