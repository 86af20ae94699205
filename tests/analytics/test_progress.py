"""How far a candidate or referral has come, and what counts as supported and closed."""

from collections.abc import Sequence

from analytics.examples import HOSPITAL, KEY, OTHER_HOSPITAL, identity, told
from analytics.log import Fact
from analytics.views.progress import PROGRESS, rows
from events.contracts.casefile import CaseClosed, CaseOpened, CaseReopened
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
    ReferralWithdrawn,
)
from events.history import facts
from events.occurrence import Occurred
from events.views import Row, materialise

IDENTIFIED = told(1, CandidateIdentified(organisation=HOSPITAL, origin=None), "2019-01-02")
OFFERED = told(2, OfferMade(attempt=1, channel="phone", by_function="doctor"), "2019-01-05")
ACCEPTED = told(3, OfferAccepted(attempt=1, reasons=[]), "2019-01-06")
REFERRED = told(
    4, ReferralMade(source="hospital", organisation=HOSPITAL, origin=None), "2019-01-07"
)
SELF_REFERRED = told(4, ReferralMade(source="self", organisation=None, origin=None), "2019-01-07")
SCREENED_OUT = told(
    5, ReferralScreenedOut(criteria_version=2, reason="no-need-after-all"), "2019-01-09"
)
OPENED = told(6, CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-09")
CLOSED = told(7, CaseClosed(reason="support-completed", spell=1), "2020-01-09")

STEPS = ("identified", "offered", "accepted", "referred", "screened_out", "supported", "closed")


def last(told_facts: Sequence[Fact]) -> Row:
    return rows(KEY, facts(told_facts))[-1]


def steps(row: Row) -> set[str]:
    return {step for step in STEPS if row[step]}


def test_each_step_is_held_from_the_day_on_which_it_happened() -> None:
    held = rows(KEY, facts([IDENTIFIED, OFFERED, ACCEPTED, REFERRED, OPENED, CLOSED]))

    assert [steps(row) for row in held] == [
        set(STEPS[:n]) - {"screened_out"} for n in (1, 2, 3, 4)
    ] + [
        {"identified", "offered", "accepted", "referred", "supported"},
        {"identified", "offered", "accepted", "referred", "supported", "closed"},
    ]
    assert held[4]["held_until"] == Occurred.parse("2020-01-09").at


def test_a_self_referral_is_referred_without_having_been_identified() -> None:
    row = last([SELF_REFERRED, OPENED])

    assert steps(row) == {"referred", "supported"}


def test_an_acceptance_that_was_taken_back_no_longer_counts() -> None:
    declined = told(4, OfferDeclined(attempt=1, reasons=["unknown"]), "2019-01-20")

    assert steps(last([IDENTIFIED, OFFERED, ACCEPTED, declined])) == {"identified", "offered"}


def test_a_referral_that_was_screened_out_says_why() -> None:
    row = last([IDENTIFIED, OFFERED, ACCEPTED, REFERRED, SCREENED_OUT])

    assert row["screening_out_reason"] == "no-need-after-all"
    assert "supported" not in steps(row)


def test_a_referral_waits_until_it_is_decided_on_or_taken_back() -> None:
    admitted = told(5, ReferralAccepted(criteria_version=2, organisation=HOSPITAL), "2019-01-09")
    withdrawn = told(5, ReferralWithdrawn(reason="client-changed-mind"), "2019-01-09")
    ends = {"waiting": None, "screened_out": SCREENED_OUT, "withdrawn": withdrawn}

    for end, fact in ends.items():
        row = last([REFERRED, fact] if fact else [REFERRED])
        assert {name for name in ends if row[name]} == {end}
    assert not any(last([REFERRED, end])["waiting"] for end in (admitted, OPENED))
    assert not last([IDENTIFIED])["waiting"]


def test_a_case_that_opened_again_is_not_closed() -> None:
    reopened = told(8, CaseReopened(reason="new-need", spell=2), "2020-03-01")

    assert "closed" not in steps(last([OPENED, CLOSED, reopened]))


def test_a_closing_of_which_only_the_year_is_known_closes_the_spell_that_began_in_it() -> None:
    opened = told(1, CaseOpened(organisation=HOSPITAL, spell=1), "2019-05-01T10:00:00Z")
    closed = told(2, CaseClosed(reason="support-completed", spell=1), "2019", recorded="2019-12-01")

    assert "closed" in steps(last([opened, closed]))


def test_who_identified_the_candidate_counts_before_who_referred() -> None:
    referred = told(
        4, ReferralMade(source="hospital", organisation=OTHER_HOSPITAL, origin=None), "2019-01-07"
    )

    assert last([IDENTIFIED, referred])["organisation"] == HOSPITAL
    assert last([referred])["organisation"] == OTHER_HOSPITAL


def test_a_correction_is_believed_from_when_it_was_recorded() -> None:
    moved = told(
        8,
        CaseClosed(reason="support-completed", spell=1),
        "2020-02-09",
        recorded="2020-06-01",
        corrects=identity(7),
    )

    believed = materialise(PROGRESS, {KEY: [OPENED, CLOSED, moved]})

    closings = [(r["held_from"], r["believed_until"]) for r in believed if r["closed"]]
    assert closings[0] == (CLOSED.occurred.at, moved.recorded_at)
    assert closings[1][0] == moved.occurred.at
