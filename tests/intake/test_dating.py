"""The date of the origin: learnt late, put right, and never after what followed it."""

from dataclasses import replace

import pytest

from events.occurrence import UNKNOWN, Occurred
from events.testing import outcome, refusal
from intake.offer.commands import DateOrigin
from intake.offer.decider import offer_decider
from intake.offer.events import OfferEvent
from intake.offer.examples import ACCEPTED, ASSESSED, DATED, IDENTIFIED, OFFERED
from intake.referral.decider import referral_decider
from intake.referral.events import ReferralEvent
from intake.referral.examples import DATED as REFERRAL_DATED
from intake.referral.examples import ENTERED, MADE, WITHDRAWN

UNDATED = replace(IDENTIFIED, origin=None)
DATE = DateOrigin(origin=DATED.origin, told=(IDENTIFIED.occurred,), occurred=DATED.occurred)


@pytest.mark.parametrize(
    "before", [[UNDATED], [IDENTIFIED], [UNDATED, OFFERED, ACCEPTED], [IDENTIFIED, ASSESSED]]
)
def test_a_date_is_learnt_late_or_put_right_at_any_time(before: list[OfferEvent]) -> None:
    assert outcome(offer_decider, given=before, when=DATE) == [DATED]


@pytest.mark.parametrize("before", [[replace(ENTERED, origin=None)], [ENTERED, WITHDRAWN]])
def test_who_came_alone_tells_the_date_late_too(before: list[ReferralEvent]) -> None:
    assert outcome(referral_decider, given=before, when=DATE) == [REFERRAL_DATED]


@pytest.mark.parametrize("before", [[replace(IDENTIFIED, origin=DATED.origin)], [UNDATED, DATED]])
def test_the_date_that_is_known_is_no_news(before: list[OfferEvent]) -> None:
    assert outcome(offer_decider, given=before, when=DATE) == []


def test_the_date_of_who_came_alone_is_no_news_where_it_is_known() -> None:
    before: list[ReferralEvent] = [ENTERED, REFERRAL_DATED]

    assert outcome(referral_decider, given=before, when=DATE) == []


def test_a_date_that_was_put_right_may_be_told_again() -> None:
    before: list[OfferEvent] = [UNDATED, DATED, replace(DATED, origin="2027-01-19")]

    assert outcome(offer_decider, given=before, when=DATE) == [DATED]


def test_a_date_is_that_of_somebody() -> None:
    assert refusal(offer_decider, given=[], when=DATE) == "offer-new"
    assert refusal(referral_decider, given=[], when=DATE) == "referral-new"


@pytest.mark.parametrize("after", [[], [REFERRAL_DATED]])
def test_a_candidate_is_not_dated_at_the_referral(after: list[ReferralEvent]) -> None:
    before: list[ReferralEvent] = [MADE, *after]

    assert refusal(referral_decider, given=before, when=DATE) == "origin-of-the-offer"


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("2027-02-04", ("2027-02-03", "2027-02-10")),
        ("2027-02-04", ("2027", "2027-02-10", "2027-02-03")),
        ("2027-02", ("2027-01-31T22:59:59Z",)),
        ("2027-02", ("2027-01",)),
        ("2027-02-26", ()),
    ],
)
def test_what_followed_does_not_certainly_come_before(origin: str, told: tuple[str, ...]) -> None:
    late = replace(DATE, origin=origin, told=tuple(map(Occurred.parse, told)))

    assert refusal(offer_decider, given=[UNDATED], when=late) == "impossible-order"
    assert refusal(referral_decider, given=[ENTERED], when=late) == "impossible-order"


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("2027-02-04", ("2027-02-04", "2027-02", "2027", "unknown")),
        ("2027-02", ("2027-02-01",)),
        ("2027", ("2027-01-01",)),
    ],
)
def test_what_may_have_come_after_lets_the_date_be(origin: str, told: tuple[str, ...]) -> None:
    vague = replace(DATE, origin=origin, told=tuple(map(Occurred.parse, told)), occurred=UNKNOWN)

    dated = replace(DATED, origin=origin, occurred=UNKNOWN)
    assert outcome(offer_decider, given=[UNDATED], when=vague) == [dated]


def test_a_date_that_is_learnt_late_does_not_hold_up_the_offer() -> None:
    offer = offer_decider.fold([UNDATED, DATED])

    assert (offer.origin, offer.latest) == (DATED.origin, UNDATED.occurred)
