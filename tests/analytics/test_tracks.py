"""Several tracks of one kind beside a case: each is measured and counted by itself."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import pytest

from analytics.examples import HOSPITAL, KEY, identity, told
from analytics.log import Fact
from events.contracts.casefile import CaseOpened

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
TWO, ONE = uuid5(KEY, "a case with two claims"), uuid5(KEY, "a case with one claim")
FIRST, SECOND, ONLY = (uuid5(KEY, f"claim {number}") for number in (1, 2, 3))
WARD, CLINIC = (uuid5(KEY, f"investigation {number}") for number in (1, 2))
FILED, ACKNOWLEDGED = "liability-claim-filed", "liability-acknowledged"
REPORTED, OFFERED = "calamity-report-finished", "settlement-offered"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
BASE = ("counted", "population", "n", "open", "undated")


def step(
    position: int,
    publishes: str,
    occurred: str,
    track: UUID,
    *,
    case: UUID = TWO,
    outcome: str | None = None,
    **told_as: Any,  # noqa: ANN401 - as `told` takes them
) -> Fact:
    kind = "calamity-investigation" if publishes.startswith("calamity") else "liability"
    event: dict[str, Any] = {"track": kind, "step": publishes, "outcome": outcome, "data": {}}
    type_ = f"leidraad.casefile.{publishes}.v1"
    return told(position, event, occurred, key=case, stream=track, type_=type_, **told_as)


STORIES = [
    told(1, OPENED, "2019-01-01", key=TWO),
    step(2, FILED, "2019-02-01", FIRST),
    step(3, FILED, "2019-03-01", SECOND),
    step(4, "liability-denied", "2019-05-02", FIRST),
    step(5, OFFERED, "2019-05-15", FIRST),
    step(6, ACKNOWLEDGED, "2019-06-01", SECOND),
    step(7, OFFERED, "2019-07-01", SECOND),
    step(8, REPORTED, "2019-08-01", WARD, outcome="calamity"),
    step(9, REPORTED, "2019-09-01", CLINIC, outcome="calamity"),
    step(
        10,
        REPORTED,
        "2019-09-01",
        CLINIC,
        outcome="no-calamity",
        recorded="2019-10-01",
        corrects=identity(9, TWO),
    ),
    told(1, OPENED, "2019-01-05", key=ONE),
    step(2, FILED, "2019-01-10", ONLY, case=ONE),
    step(3, ACKNOWLEDGED, "2019-02-09", ONLY, case=ONE),
    step(4, REPORTED, "2019-03-01", uuid5(KEY, "investigation 3"), case=ONE, outcome="calamity"),
]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(STORIES, key=lambda fact: fact.recorded_at))

    async def asked(path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - each its own
        return await figure(path, **{"asOf": YEAR, **query})

    return asked


def picked(answer: dict[str, Any], *names: str) -> list[Any]:
    return [answer[name] for name in names]


async def test_from_step_to_step_each_track_is_measured_within_itself(ask: Ask) -> None:
    """Claims were filed on 1 February, 1 March and 10 January; the first was denied.

    1 March to 1 June are 92 days, 10 January to 9 February 30; 1 February to 31 December 333.
    """
    answered = await ask("durations", from_=FILED, to=ACKNOWLEDGED)
    cut = await ask("durations", from_=FILED, to=ACKNOWLEDGED, open="cut")
    denied = await ask("durations", from_=FILED, to="liability-denied")

    assert picked(answered, *BASE) == ["tracks", 3, 2, 1, 0]
    assert picked(answered["days"], "min", "mean", "max") == [30, 61, 92]
    assert picked(cut["days"], "min", "median", "max") == [30, 92, 333]
    assert picked(denied, *BASE) == ["tracks", 3, 1, 2, 0]
    assert denied["days"]["mean"] == 90


async def test_tracks_may_be_of_some_cases_or_have_begun_in_a_period(ask: Ask) -> None:
    span = {"from_": FILED, "to": ACKNOWLEDGED}

    late = await ask("durations", **span, fromSince="2019-02-15")
    split = (await ask("durations", **span, splitBy="liability-denied"))["split"]

    assert (late["population"], late["days"]["mean"]) == (1, 92)
    assert picked(split["holding"], "population", "n") == [2, 1]
    assert picked(split["others"], "population", "n") == [1, 1]


async def test_between_the_case_and_a_step_the_case_is_measured_to_the_first_one(ask: Ask) -> None:
    """1 January to 1 June are 151 days, 5 January to 9 February 35."""
    found = await ask("durations", from_="case-opened", to=ACKNOWLEDGED)
    kinds = await ask("durations", from_=REPORTED, to=FILED)

    assert picked(found, *BASE) == ["cases", 2, 2, 0, 0]
    assert picked(found["days"], "min", "max") == [35, 151]
    assert kinds["counted"] == "cases"


async def test_what_came_first_is_asked_of_the_steps_of_one_track(ask: Ask) -> None:
    before, after = f"{OFFERED}<{ACKNOWLEDGED}", f"{ACKNOWLEDGED}<{OFFERED}"

    share = await ask("shares", of=before, against=after)

    assert picked(share, "n", "yes", "no", "unknown") == [2, 0, 1, 1]


async def test_tracks_that_ended_differently_count_under_both_outcomes(ask: Ask) -> None:
    def outcomes(figure: dict[str, Any]) -> list[Any]:
        [row] = (row for row in figure["rows"] if row["milestone"] == REPORTED)
        ends = [picked(end, "outcome", "cases", "tracks") for end in row["outcomes"]]
        return [*picked(row, "cases", "tracks", "share"), *ends]

    now = await ask("tracks", track="calamity-investigation")
    then = await ask("tracks", track="calamity-investigation", knownAt="2019-09-30")
    claims = {row["milestone"]: row for row in (await ask("tracks", track="liability"))["rows"]}

    assert outcomes(now) == [2, 3, 1.0, ["calamity", 2, 2], ["no-calamity", 1, 1]]
    assert outcomes(then) == [2, 3, 1.0, ["calamity", 2, 3]]
    assert picked(claims[FILED], "cases", "tracks") == [2, 3]
