"""Figures of an invented scenario, computed by hand below and by analytics from its events."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rig.caller import Caller, Json
from rig.rest import at_rest
from rig.story import Story
from rig.world import FIGURES, World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

Figure = Callable[..., Awaitable[Json]]

END = "2019-12-31"


async def test_figures_are_those_of_hand_calculation_on_any_day_and_as_known_then(
    world: World,
) -> None:
    a, b = await world.hospital(FIGURES), await world.hospital(FIGURES)
    supported, silent, entered = await _play(world, a, b)
    figure = _asking(world)
    await at_rest(world)
    known = datetime.now(UTC).isoformat()

    await _offers_are_right(figure, a, b)
    await _funnel_is_right(figure)
    await _caseload_is_right(figure, supported, entered)
    await _durations_are_right(figure)
    await _late_news_change_what_is_known_now_only(figure, silent, known)


async def _play(world: World, a: Caller, b: Caller) -> tuple[Story, Story, Story]:
    """Hospital a has one who is supported, one who declines and one who is offered nothing.

    Hospital b has one who accepts at the second attempt and is screened out, and a silent one.
    """
    supported, declined, withheld = (Story.with_hospital(world, a, FIGURES) for _ in range(3))
    screened_out, silent = (Story.with_hospital(world, b, FIGURES) for _ in range(2))
    entered = Story.with_hospital(world, None, FIGURES)
    await asyncio.gather(
        _support(supported),
        _decline(declined),
        _withhold(withheld),
        _screen_out(screened_out),
        _leave_open(silent),
        _enter(entered),
    )
    return supported, silent, entered


async def _support(story: Story) -> None:
    await story.identify("2019-02-01", origin="2019-01-10")
    await story.offer("2019-02-05")
    await story.accept("2019-02-06")
    await story.refer("2019-02-07")
    await story.screen("2019-02-08", referred="2019-02-07")
    await story.opened()
    await story.assign("2019-02-10")
    await story.first_contact("2019-02-10")
    await story.track("liability", "claim-filed", on="2019-05-01")
    await story.close("2019-08-08")


async def _decline(story: Story) -> None:
    await story.identify("2019-02-03")
    await story.offer("2019-02-05")
    await story.decline("2019-02-06")


async def _withhold(story: Story) -> None:
    await story.identify("2019-02-09")
    await story.withhold("2019-02-10")


async def _screen_out(story: Story) -> None:
    await story.identify("2019-04-01", origin="2019-03-25")
    await story.offer("2019-04-02")
    await story.no_response("2019-04-20")
    await story.offer("2019-05-02")
    await story.accept("2019-05-03")
    await story.refer("2019-05-04")
    await story.screen("2019-05-06", reason="other-problem", referred="2019-05-04")


async def _leave_open(story: Story) -> None:
    await story.identify("2019-05-08")
    await story.offer("2019-05-10")


async def _enter(story: Story) -> None:
    await story.enter("2019-06-01", origin="2019-05-20")
    await story.screen("2019-06-02", referred="2019-06-01")
    await story.opened()
    await story.assign("2019-06-03")
    await story.first_contact("2019-06-03")


def _asking(world: World) -> Figure:
    analyst = world.caller("analyst")

    async def figure(name: str, **query: Any) -> Json:  # noqa: ANN401 - each has its own type
        asked = {n.rstrip("_"): v for n, v in query.items()}
        path = f"/v1/figures/{name}"
        return await analyst.read("analytics", path, {"programme": FIGURES, **asked})

    return figure


async def _offers_are_right(figure: Figure, a: Caller, b: Caller) -> None:
    at_end = await figure("offers", asOf=END)
    assert _counts(at_end["totals"]) == (5, 4, 1, 2, 1, 0, 1, 5, 0.5)
    assert {row["organisation"]: _counts(row) for row in at_end["rows"]} == {
        str(a.organisation): (3, 2, 1, 1, 1, 0, 0, 2, 0.5),
        str(b.organisation): (2, 2, 0, 1, 0, 0, 1, 3, 0.5),
    }
    between = await figure("offers", asOf="2019-04-21")
    assert _counts(between["totals"]) == (4, 3, 1, 1, 1, 1, 0, 3, 0.3333)
    without = await figure("offers", asOf=END, exceptOrganisation=str(a.organisation))
    assert _counts(without["totals"]) == (2, 2, 0, 1, 0, 0, 1, 3, 0.5)
    quarters = await figure("offers", asOf=END, by="quarter")
    assert {r["quarter"]: (r["candidates"], r["offered"]) for r in quarters["rows"]} == {
        "2019-Q1": (3, 2),
        "2019-Q2": (2, 2),
    }


def _counts(part: Json) -> tuple[float, ...]:
    names = ("candidates", "offered", "withheld", "accepted", "declined", "unanswered", "silent")
    return tuple(part[name] for name in (*names, "attempts", "share"))


async def _funnel_is_right(figure: Figure) -> None:
    at_end = await figure("funnel", asOf=END)
    assert _steps(at_end) == (6, 5, 4, 2, 3, 1, 2, 1, 1)
    assert at_end["openShare"] == 0.5
    assert at_end["screenedOutReasons"] == [{"reason": "other-problem", "n": 1}]
    assert _steps(await figure("funnel", asOf="2019-08-07")) == (6, 5, 4, 2, 3, 1, 2, 0, 2)
    assert _steps(await figure("funnel", asOf="2019-06-01")) == (6, 5, 4, 2, 3, 1, 1, 0, 1)
    assert _steps(await figure("funnel", asOf="2019-02-06")) == (2, 2, 2, 1, 0, 0, 0, 0, 0)


def _steps(funnel: Json) -> tuple[int, ...]:
    names = ("n", "candidates", "offered", "accepted", "referred", "screenedOut")
    return tuple(funnel[name] for name in (*names, "supported", "closed", "open"))


async def _caseload_is_right(figure: Figure, supported: Story, entered: Story) -> None:
    first, second = str(supported.manager.id), str(entered.manager.id)
    for day, expected in {
        "2019-02-09": {},
        "2019-02-10": {first: 1},
        "2019-06-30": {first: 1, second: 1},
        "2019-09-01": {second: 1},
    }.items():
        held = await figure("caseload", day=day)
        assert {row["caseManager"]: row["cases"] for row in held["rows"]} == expected
        assert held["n"] == len(expected)


async def _durations_are_right(figure: Figure) -> None:
    """28, 40 and 12 days from incident to referral; 181 days and 212 so far of support.

    Of the other three the incident is undated: that there was one is known.
    """
    referral = await figure("durations", from_="incident", to="referral-made", asOf=END)
    assert (referral["population"], referral["n"], referral["undated"]) == (6, 3, 3)
    assert referral["days"]["median"] == 28
    assert (referral["days"]["min"], referral["days"]["max"]) == (12, 40)
    assert referral["days"]["mean"] == pytest.approx(80 / 3, abs=1e-4)
    assert (referral["days"]["lowerQuartile"], referral["days"]["upperQuartile"]) == (20, 34)
    assert referral["months"]["mean"] == pytest.approx(80 / 3 / 30.44, abs=1e-4)
    claim = await figure("durations", from_="incident", to="liability-claim-filed", asOf=END)
    assert (claim["n"], claim["open"], claim["days"]["median"]) == (1, 5, 111)
    support = {"from_": "case-opened", "to": "case-closed", "asOf": END}
    cut = await figure("durations", **support, open="cut")
    assert (cut["n"], cut["open"], cut["openShare"]) == (2, 1, 0.5)
    assert cut["days"]["mean"] == (181 + 212) / 2
    left_out = await figure("durations", **support, open="left-out")
    assert (left_out["n"], left_out["days"]["mean"]) == (1, 181)


async def _late_news_change_what_is_known_now_only(
    figure: Figure, silent: Story, known: str
) -> None:
    """Somebody said no in May 2019, and the hospital records it only today."""
    await silent.decline("2019-05-20")
    await at_rest(silent.world)

    now = (await figure("offers", asOf=END))["totals"]
    then = (await figure("offers", asOf=END, knownAt=known))["totals"]
    before = (await figure("offers", asOf="2019-05-19"))["totals"]
    assert (now["declined"], now["silent"]) == (2, 0)
    assert (then["declined"], then["silent"]) == (1, 1)
    assert (before["declined"], before["silent"]) == (1, 1)
    behind = await figure("offers/events", asOf=END, knownAt=known, limit=200)
    assert len(behind["items"]) == 15
    assert len((await figure("offers/events", asOf=END, limit=200))["items"]) == 16
