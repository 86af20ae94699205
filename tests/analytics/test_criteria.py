"""Whom another version of the criteria would admit, of some invented referrals, by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid5

import httpx
import pytest

from analytics.examples import HOSPITAL, KEY, identity, told
from analytics.log import Fact
from events.contracts.contract import Contract, Known
from events.contracts.intake import (
    CandidateIdentified,
    CriterionAssessed,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
)

pytestmark = pytest.mark.system

Answers = Callable[..., Awaitable[httpx.Response]]
Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]

YEAR = "2019-12-31"
REFERRED = ReferralMade(source="hospital", organisation=HOSPITAL, origin=None)
CALAMITY: dict[str, Known] = {
    "participating-hospital": "yes",
    "calamity": "yes",
    "reported-to-inspectorate": "yes",
}
SERIOUS: dict[str, Known] = {"serious-consequences": "yes"}
NOT_SERIOUS: dict[str, Known] = {"serious-consequences": "no"}
NO_CALAMITY: dict[str, Known] = {**CALAMITY, "calamity": "no", "possible-calamity": "no"}


def story(case: int, *events: Contract) -> list[Fact]:
    key = uuid5(KEY, f"referral {case}")
    days = [f"2019-0{case}-01", *[f"2019-0{case}-05"] * len(events)]
    return [
        told(number, event, day, key=key)
        for number, (event, day) in enumerate(zip((REFERRED, *events), days, strict=False), start=1)
    ]


def screened(version: int, *, accepted: bool, **outcomes: Known) -> list[Contract]:
    assessed = [
        CriterionAssessed(criterion=criterion, outcome=outcome, criteria_version=version)
        for criterion, outcome in outcomes.items()
    ]
    if accepted:
        return [*assessed, ReferralAccepted(criteria_version=version, organisation=HOSPITAL)]
    return [*assessed, ReferralScreenedOut(criteria_version=version, reason="other-problem")]


TOLD = [
    *story(1, *screened(1, accepted=True, **CALAMITY, **SERIOUS)),
    *story(2, *screened(2, accepted=True, **CALAMITY)),
    *story(3, *screened(2, accepted=False, **NO_CALAMITY, **SERIOUS)),
    *story(4, *screened(2, accepted=False, **NO_CALAMITY, **NOT_SERIOUS)),
    *story(5),
    told(1, CandidateIdentified(organisation=HOSPITAL, origin=None), "2019-01-02"),
]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(TOLD, key=lambda fact: fact.recorded_at))
    return figure


async def test_a_proposed_version_admits_others_and_of_some_nobody_can_tell(ask: Ask) -> None:
    figure = await ask("criteria", version="3", asOf=YEAR)

    assert (figure["n"], figure["unscreened"], figure["version"]) == (4, 1, 3)
    assert figure["inForce"] == {"eligible": 2, "notEligible": 2, "unknown": 0}
    assert figure["compared"] == {"eligible": 2, "notEligible": 1, "unknown": 1}
    assert [tuple(row.values()) for row in figure["rows"]] == [
        (1, "yes", "yes", 1, 1),
        (2, "no", "no", 1, 0),
        (2, "no", "yes", 1, 0),
        (2, "yes", "unknown", 1, 1),
    ]


async def test_an_earlier_version_is_asked_in_the_same_way(ask: Ask) -> None:
    figure = await ask("criteria", version="1", asOf=YEAR)

    assert figure["compared"] == {"eligible": 2, "notEligible": 2, "unknown": 0}


async def test_only_what_had_been_screened_by_then_counts(ask: Ask) -> None:
    figure = await ask("criteria", version="3", asOf="2019-02-02")

    assert (figure["n"], figure["unscreened"]) == (1, 1)
    assert figure["basis"]["cutOff"] == "2019-02-02"


async def test_the_events_behind_are_those_of_the_referrals(ask: Ask, answers: Answers) -> None:
    del ask
    answer = await answers("criteria/events", {"version": "3", "asOf": "2019-01-31"})

    own = uuid5(KEY, "referral 1")
    assert [item["id"] for item in answer.json()["items"]] == [
        str(identity(position, own)) for position in range(1, 7)
    ]


@pytest.mark.parametrize("version", ["4", "three", None])
async def test_a_version_that_no_programme_has_is_refused(
    answers: Answers, version: str | None
) -> None:
    answer = await answers("criteria", {"version": version} if version else {})

    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["version"]
