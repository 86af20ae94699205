"""The lists of candidates and referrals: as things stood, however imprecisely days are known."""

from dataclasses import replace

import pytest

from events.history import facts
from events.occurrence import Occurred
from events.testing import METADATA, recorded
from events.views import Row
from intake.offer import examples as offer
from intake.offer.events import OfferEvent
from intake.organisation.examples import HOSPITAL
from intake.referral import examples as referral
from intake.referral.events import ReferralEvent
from intake.views import candidates, referrals

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents")
THAT_NOON = Occurred.parse("2027-02-03T12:00:00Z")
THAT_DAY = Occurred.parse("2027-02-03")


def held(*events: OfferEvent) -> list[Row]:
    log = [recorded(e, n, metadata=UNDER_PROGRAMME) for n, e in enumerate(events, start=1)]
    return candidates.rows(offer.CANDIDATE, facts(log))


def test_a_candidate_has_a_row_for_each_state_with_the_time_in_which_it_held() -> None:
    rows = held(offer.IDENTIFIED, offer.OFFERED, offer.ACCEPTED, offer.CONSENTED)

    assert [(row["status"], row["attempts"]) for row in rows] == [
        ("identified", 0),
        ("offered", 1),
        ("accepted", 1),
    ]
    assert {(row["programme"], row["organisation"]) for row in rows} == {
        ("medical-incidents", HOSPITAL)
    }
    assert [row["held_from"] for row in rows] == [
        event.occurred.at for event in (offer.IDENTIFIED, offer.OFFERED, offer.ACCEPTED)
    ]
    assert [row["held_until"] for row in rows[:-1]] == [row["held_from"] for row in rows[1:]]


def test_a_candidate_is_found_by_what_is_thought_of_the_origin() -> None:
    later = replace(offer.ASSESSED, status="calamity", occurred=Occurred.parse("2027-02-05"))

    rows = held(offer.IDENTIFIED, offer.ASSESSED, offer.OFFERED, later)

    assert [(row["status"], row["origin_status"]) for row in rows][-2:] == [
        ("offered", "possible-calamity"),
        ("offered", "calamity"),
    ]


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((replace(offer.IDENTIFIED, occurred=THAT_NOON), offer.OFFERED), "offered"),
        (
            (
                offer.IDENTIFIED,
                replace(offer.OFFERED, occurred=THAT_NOON),
                replace(offer.DECLINED, occurred=THAT_DAY),
            ),
            "declined",
        ),
        (
            (
                offer.IDENTIFIED,
                offer.OFFERED,
                replace(offer.UNANSWERED, occurred=THAT_NOON),
                replace(offer.ACCEPTED, occurred=THAT_DAY),
            ),
            "accepted",
        ),
    ],
)
def test_what_was_told_of_the_same_day_stands_in_the_order_in_which_it_was_told(
    events: tuple[OfferEvent, ...], status: str
) -> None:
    assert held(*events)[-1]["status"] == status


def test_a_referral_has_a_row_for_each_state() -> None:
    at_noon = replace(referral.MADE, occurred=Occurred.parse("2027-02-15T12:00:00Z"))
    told: list[ReferralEvent] = [at_noon, referral.ASSESSED, referral.SCREENED_OUT]
    log = [recorded(e, n, metadata=UNDER_PROGRAMME) for n, e in enumerate(told, start=1)]

    rows = referrals.rows(offer.CANDIDATE, facts(log))

    assert [row["status"] for row in rows] == ["screened-out"]
    assert rows[0]["source"] == "hospital"
