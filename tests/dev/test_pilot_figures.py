"""Asking analytics: once per question, in the right place of the answer, and not too early."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from dev.failure import NotStarted
from dev.pilot import figures
from dev.pilot.api import Api
from dev.pilot.cast import Cast
from dev.pilot.comparison import Computed, Questions
from dev.pilot.figures import caught_up, computed
from dev.pilot.oracle import Ask

FIRST, SECOND = uuid4(), uuid4()
ACTORS = Cast(
    desk="",
    analyst="analyst",
    hospitals={1: FIRST, 2: SECOND},
    referrers={},
    case_managers={2: SECOND},
    tokens={},
)
OFFERS = {
    "n": 20,
    "totals": {"candidates": 20, "offered": 18, "share": 0.5},
    "rows": [
        {"organisation": str(FIRST), "candidates": 12, "offered": 11, "share": 0.7273},
        {"organisation": str(UUID(int=0)), "offered": 7, "share": None},
    ],
}
DURATIONS = {
    "n": 47,
    "basis": {"cutOff": "2020-12-01"},
    "openShare": 0.3,
    "months": {"median": 2.76, "mean": None},
    "split": {
        "holding": {"n": 24, "openShare": 0.5, "months": {"mean": 14.75, "max": 20}},
        "others": {"n": 23, "months": {"mean": 11.25, "max": None}},
    },
    "reasons": [{"reason": "a", "n": 2}, {"reason": "b", "n": 1}, {"reason": "c", "n": 5}],
    "rows": [
        {"caseManager": str(FIRST), "cases": 7, "values": {"mean": 4.5}},
        {"caseManager": str(SECOND), "cases": 11, "values": {"mean": 6.1}},
    ],
}


class Analytics:
    """Stands for the far end of the wire."""

    def __init__(self) -> None:
        self.asked: list[httpx.URL] = []
        self.funnels: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        view = request.url.path.removeprefix("/v1/figures/")
        if view == "funnel":
            last = len(self.funnels) == 1
            return httpx.Response(200, json=self.funnels[0] if last else self.funnels.pop(0))
        return httpx.Response(200, json={"offers": OFFERS, "durations": DURATIONS}[view])


@pytest.fixture
def analytics() -> Analytics:
    return Analytics()


@pytest.fixture
async def api(analytics: Analytics) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(analytics)) as client:
        yield Api(client, {"analytics": "http://analytics"})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "LOOK_SECONDS", 0)


def _questions(**asks: Ask) -> Questions:
    return Questions(programme="p", as_of=date(2020, 12, 1), asks=asks)


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (Ask(view="offers", field="offered", n="candidates"), Computed(18, 20)),
        (
            Ask(view="offers", field="offered", row="hospital-1", n="candidates"),
            Computed(11, 12),
        ),
        (Ask(view="offers", field="share", n="offered", times=100), Computed(50, 18)),
        (
            Ask(view="durations", field="months.median", open=False),
            Computed(2.76, 47, "2020-12-01", None),
        ),
        (Ask(view="durations", field="months.median"), Computed(2.76, 47, "2020-12-01", 0.3)),
        (
            Ask(view="durations", field="split.holding.months.mean", n="split.holding.n"),
            Computed(14.75, 24, "2020-12-01", 0.5),
        ),
        (
            Ask(
                view="durations",
                field="split.holding.months.mean",
                less="split.others.months.mean",
            ),
            Computed(3.5, 47, "2020-12-01", 0.3),
        ),
        (
            Ask(view="durations", list="reasons", where={"reason": ("a", "b")}, field="n"),
            Computed(3, 47, "2020-12-01", 0.3),
        ),
        (
            Ask(
                view="durations",
                list="rows",
                where={"caseManager": ("case-manager-2",)},
                field="values.mean",
                n_of_item="cases",
            ),
            Computed(6.1, 11, "2020-12-01", 0.3),
        ),
    ],
)
async def test_the_answer_is_found_in_row_totals_or_figure(
    api: Api, ask: Ask, answer: Computed
) -> None:
    assert await computed(api, ACTORS, _questions(it=ask)) == {"it": answer}


@pytest.mark.parametrize(
    "ask",
    [
        Ask(view="offers", field="offered", row="hospital-2"),
        Ask(view="durations", field="months.mean"),
        Ask(view="durations", field="split.holding.months.max", less="split.others.months.max"),
    ],
)
async def test_what_analytics_does_not_say_is_left_out(api: Api, ask: Ask) -> None:
    assert await computed(api, ACTORS, _questions(it=ask)) == {}


async def test_a_hospital_is_asked_for_by_its_id_and_each_question_once(
    api: Api, analytics: Analytics
) -> None:
    without = Ask.model_validate(
        {"view": "offers", "with": {"exceptOrganisation": "hospital-1"}, "field": "share"}
    )
    plain = Ask(view="offers", field="share")

    await computed(api, ACTORS, _questions(a=plain, b=plain, c=without))

    assert len(analytics.asked) == 2
    assert analytics.asked[0].params["asOf"] == "2020-12-01"
    assert analytics.asked[1].params["exceptOrganisation"] == str(FIRST)


async def test_a_parameter_may_be_given_more_than_once(api: Api, analytics: Analytics) -> None:
    both = Ask.model_validate({"view": "offers", "with": {"of": ["a", "b"]}, "field": "offered"})

    await computed(api, ACTORS, _questions(it=both))

    assert analytics.asked[0].params.get_list("of") == ["a", "b"]


def _funnel(position: int, **seen: int) -> dict[str, Any]:
    marks = [{"source": source, "position": last} for source, last in seen.items()]
    return {"basis": {"position": position, "watermarks": marks}}


async def test_it_waits_for_the_last_thing_written_and_for_quiet(
    api: Api, analytics: Analytics
) -> None:
    api.positions.update(intake=5, casefile=9)
    behind = [_funnel(3, intake=4), _funnel(8, intake=5, casefile=8)]
    moving = [_funnel(n, intake=5, casefile=9) for n in (9, 10, 11)]
    analytics.funnels = [*behind, *moving]

    await caught_up(api, ACTORS, "p")

    assert len(analytics.asked) == len([*behind, *moving]) + figures.QUIET_LOOKS


async def test_what_stays_behind_is_named(
    api: Api, analytics: Analytics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "CAUGHT_UP_SECONDS", 0.05)
    api.positions.update(intake=5, casefile=9)
    analytics.funnels = [_funnel(3, intake=5, casefile=8)]

    with pytest.raises(NotStarted, match="behind: casefile"):
        await caught_up(api, ACTORS, "p")
