"""Needs of some invented cases, counted by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from analytics.examples import HOSPITAL, KEY, identity, told
from analytics.log import Fact
from events.contracts.casefile import (
    CaseClosed,
    CaseOpened,
    NeedClosed,
    NeedIdentified,
    NeedMet,
)
from events.testing import numbered

pytestmark = pytest.mark.system

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
FIRST, SECOND, IDLE = (uuid5(KEY, f"case {number}") for number in (1, 2, 3))
NOTHING = dict.fromkeys(("mean", "min", "lowerQuartile", "median", "upperQuartile", "max"))


def identified(need: int, field: str) -> NeedIdentified:
    return NeedIdentified(need=numbered(need), field=field, theme=None)


def met(need: int, by: str) -> NeedMet:
    return NeedMet(need=numbered(need), met_by=by)


def story(key: UUID, *steps: tuple[Any, ...]) -> list[Fact]:
    return [
        told(position, event, occurred, key=key, recorded=late[0] if late else None)
        for position, (event, occurred, *late) in enumerate(steps, start=1)
    ]


TOLD = [
    *story(
        FIRST,
        (OPENED, "2019-01-01"),
        (identified(1, "practical"), "2019-01-10"),
        (identified(2, "legal"), "2019-02"),
        (identified(3, "practical"), "2019-01-11"),
        (met(1, "case-manager"), "2019-01-20"),
        (met(2, "network"), "2019-03-01"),
        (NeedClosed(need=numbered(1)), "2019-04-01"),
        (NeedClosed(need=numbered(3)), "2019-05-01"),
        (CaseClosed(reason="settled", spell=1), "2019-06-01"),
    ),
    *story(
        SECOND,
        (OPENED, "2019-01-01"),
        (identified(4, "practical"), "2019-02-01"),
        (met(4, "network"), "2019-02-05"),
        (met(4, "case-manager"), "2019-02-15"),
        (identified(5, "psychosocial"), "2019-03-01", "2019-09-01"),
    ),
    *story(IDLE, (OPENED, "2019-03-01")),
]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(TOLD, key=lambda fact: fact.recorded_at))
    return figure


def picked(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


async def test_needs_are_counted_by_field_with_what_became_of_them(ask: Ask) -> None:
    figure = await ask("needs", asOf=YEAR)

    counts = ("field", "needs", "cases", "met", "closedUnmet", "open", "undated")
    assert figure["n"] == 3
    assert [picked(row, *counts) for row in figure["rows"]] == [
        ["legal", 1, 1, 1, 0, 0, 1],
        ["practical", 3, 2, 2, 1, 0, 0],
        ["psychosocial", 1, 1, 0, 0, 1, 0],
    ]


async def test_who_met_a_need_and_after_how_many_days_is_told(ask: Ask) -> None:
    legal, practical, psychosocial = (await ask("needs", asOf=YEAR))["rows"]

    assert practical["metBy"] == [{"by": "case-manager", "needs": 2}]
    assert picked(practical["days"], "min", "median", "mean", "max") == [10, 12, 12, 14]
    assert legal["metBy"] == [{"by": "network", "needs": 1}]
    assert legal["days"] == psychosocial["days"] == NOTHING
    assert psychosocial["metBy"] == []


async def test_the_last_word_of_that_day_says_by_whom_a_need_was_met(ask: Ask) -> None:
    [practical] = [
        row
        for row in (await ask("needs", asOf="2019-02-10"))["rows"]
        if row["field"] == "practical"
    ]

    assert {by["by"]: by["needs"] for by in practical["metBy"]} == {"case-manager": 1, "network": 1}
    assert picked(practical["days"], "min", "max") == [4, 10]
    assert picked(practical, "needs", "open", "closedUnmet") == [3, 1, 0]


async def test_what_was_put_right_counts_though_nobody_knows_when_the_first_was(
    hears: Tell, figure: Ask
) -> None:
    await hears(
        story(
            FIRST,
            (OPENED, "2019-01-01"),
            (identified(1, "practical"), "2019-01-10"),
            (met(1, "network"), "unknown", "2019-04-01"),
            (met(1, "case-manager"), "2019-02-01", "2019-05-01"),
        )
    )

    [row] = (await figure("needs", asOf=YEAR))["rows"]

    assert row["metBy"] == [{"by": "case-manager", "needs": 1}]
    assert picked(row, "met", "undated") == [1, 0]
    assert row["days"]["median"] == 22


async def test_what_was_told_later_was_not_known_before(ask: Ask) -> None:
    rows = (await ask("needs", asOf=YEAR, knownAt="2019-08-31"))["rows"]

    assert [row["field"] for row in rows] == ["legal", "practical"]


async def test_a_question_may_be_about_some_cases(ask: Ask) -> None:
    closed = await ask("needs", asOf=YEAR, among="case-closed")
    others = await ask("needs", asOf=YEAR, without="case-closed")

    assert (closed["n"], others["n"]) == (1, 2)
    assert [picked(row, "field", "needs") for row in others["rows"]] == [
        ["practical", 1],
        ["psychosocial", 1],
    ]


async def test_the_events_behind_needs_are_those_of_the_cases_that_have_one(
    ask: Ask, answers: Answers
) -> None:
    del ask
    answer = await answers("needs/events", {"asOf": YEAR, "without": "case-closed"})

    shown = [item["id"] for item in answer.json()["items"]]
    assert shown == [str(identity(position, SECOND)) for position in range(1, 6)]


async def test_a_condition_that_nobody_knows_is_named(answers: Answers) -> None:
    answer = await answers("needs", {"among": "full-moon"})

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["among"]
