"""Cases that were closed and opened again: they are open until they are closed again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid5

import pytest

from analytics.examples import HOSPITAL, KEY, told
from analytics.log import Fact
from events.contracts.casefile import CaseClosed, CaseOpened, CaseReopened
from events.contracts.intake import ReferralMade

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

AGAIN, STILL = uuid5(KEY, "closed again"), uuid5(KEY, "open still")
REFERRED = ReferralMade(source="hospital", organisation=HOSPITAL, origin=None)
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
SETTLED = CaseClosed(reason="settled", spell=1)
REOPENED = CaseReopened(reason="new-need", spell=2)
STORIES = [
    told(1, REFERRED, "2019-01-01", key=AGAIN),
    told(2, OPENED, "2019-01-05", key=AGAIN),
    told(3, SETTLED, "2019-04-11", key=AGAIN),
    told(4, REOPENED, "2019-07-01", key=AGAIN),
    told(5, CaseClosed(reason="no-longer-needed", spell=2), "2019-12-27", key=AGAIN),
    told(1, REFERRED, "2019-01-01", key=STILL),
    told(2, OPENED, "2019-01-05", key=STILL),
    told(3, SETTLED, "2019-03-02", key=STILL),
    told(4, REOPENED, "2019-10-01", key=STILL, recorded="2019-11-01"),
]
SUPPORT = {"from_": "referral-made", "to": "case-closed"}
YEAR = "2019-12-31"


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(STORIES, key=lambda fact: fact.recorded_at))
    return figure


def measured(figure: dict[str, Any]) -> list[Any]:
    return [figure["n"], figure["open"], figure["days"]["min"], figure["days"]["max"]]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"asOf": "2019-06-30"}, [2, 0, 60, 100]),
        ({"asOf": "2019-07-01"}, [1, 1, 60, 60]),
        ({"asOf": "2019-12-26"}, [0, 2, None, None]),
        ({"asOf": YEAR}, [1, 1, 360, 360]),
        ({"asOf": YEAR, "open": "cut"}, [2, 1, 360, 364]),
        ({"asOf": YEAR, "knownAt": "2019-10-31"}, [1, 1, 60, 60]),
    ],
)
async def test_support_ends_with_the_closing_after_which_the_case_did_not_open_again(
    ask: Ask, times: dict[str, str], expected: list[Any]
) -> None:
    """From 1 January: to 11 April 100 days, 27 December 360; to 2 March 60, 31 December 364."""
    durations = await ask("durations", **SUPPORT, **times)
    funnel = await ask("funnel", **{n: v for n, v in times.items() if n != "open"})

    assert measured(durations) == expected
    assert (durations["open"], durations["population"]) == (funnel["open"], funnel["supported"])


async def test_each_spell_and_the_time_between_may_be_asked_for(ask: Ask) -> None:
    """1 July to 27 December are 179 days; 11 April to 1 July 81, 2 March to 1 October 213."""
    first = await ask("durations", from_="referral-made", to="case-closed.spell=1", asOf=YEAR)
    second = await ask(
        "durations", from_="case-reopened.spell=2", to="case-closed.spell=2", asOf=YEAR
    )
    between = await ask("durations", from_="case-closed", to="case-reopened", asOf=YEAR)

    assert measured(first) == [2, 0, 60, 100]
    assert measured(second) == [1, 1, 179, 179]
    assert measured(between) == [2, 0, 81, 213]


async def test_a_reason_of_a_closing_that_was_undone_ends_nothing_but_was_given(ask: Ask) -> None:
    settled = "case-closed.reason=settled"

    ended = await ask("durations", from_="referral-made", to=settled, asOf=YEAR)
    share = await ask("shares", among="case-closed", of=settled, asOf=YEAR)
    reopened = await ask("shares", among="case-closed", of="case-reopened", asOf=YEAR)

    assert measured(ended) == [0, 2, None, None]
    assert (share["yes"], share["n"]) == (2, 2)
    assert (reopened["yes"], reopened["n"]) == (2, 2)


async def test_the_events_behind_support_tell_of_the_reopening(ask: Ask) -> None:
    page = await ask("durations/events", **SUPPORT, asOf=YEAR)

    types = [item["type"].split(".")[2] for item in page["items"]]
    assert sorted(types) == [
        *["case-closed"] * 3,
        *["case-reopened"] * 2,
        *["referral-made"] * 2,
    ]
