"""Scores of some invented cases, wave by wave, by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid5

import httpx
import pytest

from analytics.examples import HOSPITAL, KEY, identity, told
from analytics.log import Fact
from events.contracts.casefile import CaseClosed, CaseOpened, InstrumentCompleted

pytestmark = pytest.mark.system

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
CORRECTED = "leidraad.casefile.instrument-corrected.v1"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
FIRST, SECOND, IDLE = (uuid5(KEY, f"case {number}") for number in (1, 2, 3))


def marks(wave: str, **scores: float) -> InstrumentCompleted:
    return InstrumentCompleted(instrument="life-domains", wave=wave, scores=scores)


TOLD = [
    told(1, OPENED, "2019-01-01", key=FIRST),
    told(2, marks("first", housing=6, social=4), "2019-01-10", key=FIRST),
    told(3, marks("second", housing=7, social=8), "2019-06-10", key=FIRST),
    told(4, CaseClosed(reason="settled", spell=1), "2019-07-01", key=FIRST),
    told(1, OPENED, "2019-01-01", key=SECOND),
    told(2, marks("first", housing=9), "2019-01-20", key=SECOND),
    told(
        3,
        marks("first", housing=8),
        "2019-01-20",
        key=SECOND,
        type_=CORRECTED,
        recorded="2019-03-01",
        corrects=identity(2, SECOND),
    ),
    told(
        4,
        InstrumentCompleted(instrument="bsi-53", wave="first", scores={"total": 0.53}),
        "2019-02-01",
        key=SECOND,
    ),
    told(1, OPENED, "2019-03-01", key=IDLE),
]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(TOLD, key=lambda fact: fact.recorded_at))
    return figure


def shown(figure: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (*(row[name] for name in ("wave", "score", "cases")), row["values"]["mean"])
        for row in figure["rows"]
    ]


async def test_scores_are_of_the_cases_that_answered_in_each_wave(ask: Ask) -> None:
    figure = await ask("scores", asOf=YEAR, instrument="life-domains")

    assert figure["n"] == 3
    assert shown(figure) == [
        ("first", "housing", 2, 7.0),
        ("first", "social", 1, 4.0),
        ("second", "housing", 1, 7.0),
        ("second", "social", 1, 8.0),
    ]
    values = figure["rows"][0]["values"]
    assert (values["min"], values["median"], values["max"]) == (6, 7, 8)


async def test_each_instrument_has_scores_of_its_own(ask: Ask) -> None:
    rows = (await ask("scores", asOf=YEAR))["rows"]

    own = [(r["score"], r["values"]["mean"]) for r in rows if r["instrument"] == "bsi-53"]
    assert {row["instrument"] for row in rows} == {"bsi-53", "life-domains"}
    assert own == [("total", 0.53)]


async def test_a_correction_counts_from_when_it_was_recorded(ask: Ask) -> None:
    marked = {"asOf": YEAR, "instrument": "life-domains"}

    [before, *_] = shown(await ask("scores", **marked, knownAt="2019-02-28"))
    [after, *_] = shown(await ask("scores", **marked, knownAt="2019-03-01"))

    assert (before[3], after[3]) == (7.5, 7.0)


async def test_only_what_had_happened_counts(ask: Ask) -> None:
    assert shown(await ask("scores", asOf="2019-01-15")) == [
        ("first", "housing", 1, 6.0),
        ("first", "social", 1, 4.0),
    ]


async def test_a_question_may_be_about_some_cases(ask: Ask) -> None:
    figure = await ask("scores", asOf=YEAR, among="case-closed")

    assert figure["n"] == 1
    assert shown(figure)[0][:3] == ("first", "housing", 1)


async def test_the_events_behind_scores_are_those_of_the_cases_that_have_one(
    ask: Ask, answers: Answers
) -> None:
    del ask
    answer = await answers("scores/events", {"asOf": YEAR, "instrument": "bsi-53"})

    found = {item["id"] for item in answer.json()["items"]}
    assert found == {str(identity(position, SECOND)) for position in range(1, 5)}


async def test_an_instrument_that_no_programme_has_is_named(answers: Answers) -> None:
    answer = await answers("scores", {"instrument": "horoscope", "among": "full-moon"})

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["among", "instrument"]
