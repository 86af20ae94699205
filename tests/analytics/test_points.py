"""Which milestones may be asked for, and what of what their events say."""

import pytest

from analytics.views.conditions import Point, Strange
from analytics.views.milestones import milestone_names, milestone_of
from analytics.views.said import any_of
from analytics.views.words import listed_in
from events.contracts import registry
from programmes.loader import load


def test_any_field_of_an_event_that_is_counted_may_be_asked_for() -> None:
    point = Point.parse("case-closed.reason=settled", milestone_names(load()))

    assert (point.milestone, point.said) == ("case-closed", "reason=settled")


@pytest.mark.parametrize(
    "text",
    [
        "appointment-cancelled.by=consent-withdrawn",
        "appointment-cancelled.notice-hours=48",
        "deadline-missed.policy=first-contact",
        "deadline-set.silent=true",
        "document-checked.result=unknown",
        "document-shared.shared-with=calamity-committee",
        "document-shared.shared-with=client",
        "document-shared.shared-with=lawyer",
        "need-identified.theme=social",
    ],
)
def test_what_an_event_may_say_may_be_asked_for(text: str) -> None:
    assert Point.parse(text, milestone_names(load())).said == text.partition(".")[2]


def test_every_list_is_one_of_the_programme_and_of_a_field_that_is_counted() -> None:
    counted = {
        (milestone_of(type_), end[1:-2])
        for type_, contract in registry({}).items()
        for end in any_of(contract, {})
    }
    listed = listed_in(load().definitions)

    assert {milestone for milestone, _ in listed} <= milestone_names(load()).keys()
    assert all(codes for codes in listed.values())
    assert listed.keys() <= counted


@pytest.mark.parametrize(
    "text",
    [
        "case-closed.because=settled",
        "case-closed:settled",
        "activity-logged.type=phone",
        "case-closed.reason=client-stoped",
        "case-closed.finalReason=settled",
        "deadline-missed.policy=first-contac",
        "deadline-set.silent=perhaps",
        "document-checked.result=maybe",
        "document-shared.shared-with=neighbour",
        "appointment-cancelled.by=the-weather",
        "client-heard-by-committee:Held",
        "activity-logged.apology=perhaps",
        "activity-logged.tags=information-given",
        "case-closed.evaluated=perhaps",
        "referral-accepted.consent-form=whispered",
    ],
)
def test_what_an_event_does_not_say_may_not_be_asked_for(text: str) -> None:
    with pytest.raises(Strange, match="may be followed by"):
        Point.parse(text, milestone_names(load()))
