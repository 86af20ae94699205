"""What counts as a candidate, an offer and its answer."""

from collections.abc import Sequence

import pytest

from analytics.examples import HOSPITAL, KEY, OTHER_HOSPITAL, PROGRAMME, identity, told
from analytics.log import Fact
from analytics.views.offers import OFFERS, quarter, rows
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
    ReferralMade,
)
from events.history import facts
from events.occurrence import Occurred
from events.views import Row, materialise

IDENTIFIED = told(1, CandidateIdentified(organisation=HOSPITAL, origin=None), "2019-01-02")
WITHHELD = told(2, OfferWithheld(reason="cannot-cope"), "2019-01-03")


def offer(position: int, occurred: str, attempt: int = 1) -> Fact:
    return told(
        position, OfferMade(attempt=attempt, channel="phone", by_function="doctor"), occurred
    )


def declined(position: int, occurred: str, attempt: int = 1) -> Fact:
    return told(position, OfferDeclined(attempt=attempt, reasons=["unknown"]), occurred)


def accepted(position: int, occurred: str, attempt: int = 1) -> Fact:
    return told(position, OfferAccepted(attempt=attempt, reasons=["clear-need"]), occurred)


def last(told_facts: Sequence[Fact]) -> Row:
    return rows(KEY, facts(told_facts))[-1]


def test_a_candidate_counts_under_the_organisation_and_programme_that_found_them() -> None:
    row = last([IDENTIFIED])

    assert (row["organisation"], row["programme"]) == (HOSPITAL, PROGRAMME)
    assert (row["offered"], row["answer"], row["attempts"]) == (False, "none", 0)


def test_a_self_referral_is_no_candidate() -> None:
    referral = told(1, ReferralMade(source="self", organisation=None, origin=None), "2019-01-02")

    assert rows(KEY, [referral]) == []


def test_an_offer_without_an_answer_is_silent() -> None:
    row = last([IDENTIFIED, offer(2, "2019-01-05")])

    assert (row["offered"], row["answer"], row["attempts"]) == (True, "none", 1)


def test_a_withheld_offer_keeps_its_reason_and_the_quarter_of_the_identification() -> None:
    row = last([IDENTIFIED, told(2, OfferWithheld(reason="cannot-cope"), "2019-04-03")])

    assert (row["offered"], row["answer"], row["reasons"]) == (False, "withheld", ["cannot-cope"])
    assert row["quarter"] == "2019-Q1"


def test_what_was_withheld_and_then_offered_is_withheld_no_more() -> None:
    row = last([IDENTIFIED, WITHHELD, offer(3, "2019-02-01")])

    assert (row["offered"], row["answer"], row["reasons"]) == (True, "none", [])


def test_the_latest_answer_counts_and_attempts_are_counted_apart() -> None:
    row = last(
        [
            IDENTIFIED,
            offer(2, "2019-03-30"),
            declined(3, "2019-03-31"),
            offer(4, "2019-05-02", attempt=2),
            accepted(5, "2019-05-03", attempt=2),
        ]
    )

    assert (row["answer"], row["attempts"], row["reasons"]) == ("accepted", 2, ["clear-need"])
    assert row["quarter"] == "2019-Q1"


def test_a_new_offer_leaves_the_answer_until_there_is_another() -> None:
    row = last(
        [
            IDENTIFIED,
            offer(2, "2019-03-30"),
            told(3, OfferUnanswered(attempt=1), "2019-04-20"),
            offer(4, "2019-05-02", attempt=2),
        ]
    )

    assert (row["answer"], row["attempts"]) == ("unanswered", 2)


def test_an_answer_of_which_only_the_month_is_known_still_answers_its_own_attempt() -> None:
    row = last(
        [
            IDENTIFIED,
            offer(2, "2019-05-03"),
            declined(3, "2019-05-04"),
            offer(4, "2019-05-20", attempt=2),
            accepted(5, "2019-05", attempt=2),
        ]
    )

    assert row["answer"] == "accepted"


def test_a_day_in_the_past_shows_what_held_then() -> None:
    held = rows(KEY, facts([IDENTIFIED, offer(2, "2019-01-05"), declined(3, "2019-02-01")]))

    assert [(r["held_from"], r["answer"], r["attempts"]) for r in held] == [
        (Occurred.parse("2019-01-02").at, "none", 0),
        (Occurred.parse("2019-01-05").at, "none", 1),
        (Occurred.parse("2019-02-01").at, "declined", 1),
    ]
    assert [r["held_until"] for r in held[:-1]] == [r["held_from"] for r in held[1:]]


def test_a_correction_moves_the_candidate_to_another_organisation_once_it_is_known() -> None:
    correction = told(
        2,
        CandidateIdentified(organisation=OTHER_HOSPITAL, origin=None),
        "2019-01-02",
        recorded="2019-06-01",
        corrects=identity(1),
    )

    believed = materialise(OFFERS, {KEY: [IDENTIFIED, correction]})

    assert [(r["organisation"], r["believed_from"]) for r in believed] == [
        (HOSPITAL, IDENTIFIED.recorded_at),
        (OTHER_HOSPITAL, correction.recorded_at),
    ]
    assert believed[0]["believed_until"] == correction.recorded_at


def test_an_offer_that_is_recorded_late_holds_from_when_it_happened() -> None:
    late = told(
        2,
        OfferMade(attempt=1, channel="letter", by_function="board"),
        "2019-01-05",
        recorded="2020-01-01",
    )

    believed = materialise(OFFERS, {KEY: [IDENTIFIED, late]})

    now = [r for r in believed if r["believed_from"] == late.recorded_at]
    before = [r for r in believed if r["believed_until"] == late.recorded_at]
    assert [r["offered"] for r in now if r["held_from"] == late.occurred.at] == [True]
    assert [r["offered"] for r in before] == [False]


@pytest.mark.parametrize(
    ("occurred", "expected"),
    [
        ("2019-07-01", "2019-Q3"),
        ("2019-09", "2019-Q3"),
        ("2018-12-31T23:30:00Z", "2019-Q1"),
        ("2019", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_the_quarter_is_one_of_civil_time_and_may_be_unknown(occurred: str, expected: str) -> None:
    assert quarter(Occurred.parse(occurred)) == expected
