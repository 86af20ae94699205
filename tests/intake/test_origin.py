"""What is thought of the origin: told once or more, late, in any order, and put right."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, numbered, outcome, refusal
from intake.offer.commands import AssessOrigin, IdentifyCandidate, OfferCommand
from intake.offer.decider import offer_decider
from intake.offer.events import OfferEvent, OriginAssessed, OriginCorrected
from intake.offer.examples import (
    ASSESSED,
    ASSESSED_AS,
    ASSESSMENT,
    DECLINED,
    IDENTIFIED,
    OFFERED,
    ORIGIN_CORRECTED,
    WITHHELD,
)

ASSESS = AssessOrigin(
    assessment=ASSESSMENT,
    status="possible-calamity",
    kind="late-response",
    consequence="serious-harm",
    criteria_version=2,
    occurred=ASSESSED.occurred,
)
CORRECT = replace(ASSESS, status="no-calamity", corrects=ASSESSED_AS)
IDENTIFY = IdentifyCandidate(identified=IDENTIFIED, assessed=ASSESSED, occurred=IDENTIFIED.occurred)


def test_a_candidate_is_identified_with_what_is_thought_of_the_origin() -> None:
    assert outcome(offer_decider, given=[], when=IDENTIFY) == [IDENTIFIED, ASSESSED]


def test_what_is_thought_may_be_told_later() -> None:
    assert outcome(offer_decider, given=[IDENTIFIED], when=ASSESS) == [ASSESSED]


@pytest.mark.parametrize("before", [[OFFERED], [WITHHELD], [OFFERED, DECLINED]])
def test_what_is_learnt_late_takes_its_place_before_the_offer_which_is_not_awaited_any_more(
    before: list[OfferEvent],
) -> None:
    told: list[OfferEvent] = [IDENTIFIED, *before]

    events = outcome(offer_decider, given=told, when=ASSESS)

    assert events == [replace(ASSESSED, pending=False)]


def test_what_was_told_before_criteria_and_organisation_were_kept_is_not_told_anew() -> None:
    as_then = replace(ASSESSED, organisation=None, criteria_version=None)
    before: list[OfferEvent] = [IDENTIFIED, as_then]

    assert outcome(offer_decider, given=before, when=replace(ASSESS, corrects=ASSESSED_AS)) == []


def test_a_correction_names_the_event_that_it_corrects() -> None:
    before: list[OfferEvent] = [IDENTIFIED, ASSESSED]

    assert outcome(offer_decider, given=before, when=CORRECT) == [ORIGIN_CORRECTED]


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    offer = offer_decider.fold([IDENTIFIED, ASSESSED, ORIGIN_CORRECTED])

    assert [(a.assessment, a.status) for a in offer.assessments] == [(ASSESSMENT, "no-calamity")]


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([IDENTIFIED, ASSESSED], IDENTIFY),
        ([IDENTIFIED, ASSESSED], ASSESS),
        ([IDENTIFIED, ASSESSED, OFFERED], ASSESS),
        ([IDENTIFIED, ASSESSED, ORIGIN_CORRECTED], CORRECT),
    ],
)
def test_what_is_told_again_is_ignored(
    before: list[OfferEvent], command: AssessOrigin | IdentifyCandidate
) -> None:
    assert outcome(offer_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([], ASSESS, "offer-new"),
        ([IDENTIFIED], CORRECT, "no-such-assessment"),
        ([IDENTIFIED, ASSESSED], replace(ASSESS, status="calamity"), "no-such-assessment"),
        (
            [IDENTIFIED],
            replace(ASSESS, occurred=Occurred.parse("2027-01-19")),
            "impossible-order",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    before: list[OfferEvent], command: AssessOrigin, code: str
) -> None:
    assert refusal(offer_decider, given=before, when=command) == code


def test_what_is_thought_of_the_origin_does_not_hold_up_the_offer() -> None:
    late = replace(ASSESSED, occurred=Occurred.parse("2027-02-27"))

    offer = offer_decider.fold([IDENTIFIED, late])

    assert offer.latest == IDENTIFIED.occurred


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(
        replace,
        st.just(ASSESS),
        assessment=st.sampled_from([numbered(1), numbered(2), numbered(3)]),
        status=st.sampled_from(["possible-calamity", "calamity", "unknown"]),
        corrects=st.sampled_from([None, ASSESSED_AS]),
        occurred=DAYS,
    ),
    max_size=20,
)


@given(COMMANDS)
def test_whatever_is_told_each_assessment_is_there_once_as_it_was_told_last(
    commands: list[AssessOrigin],
) -> None:
    asked: list[OfferCommand] = [IDENTIFIED, *commands]

    events = lived(offer_decider, asked)

    last: dict[UUID, str] = {
        e.assessment: e.status for e in events if isinstance(e, OriginAssessed | OriginCorrected)
    }
    known = offer_decider.fold(events).assessments
    assert {each.assessment: each.status for each in known} == last
    assert len(known) == len(last)
    assert lived(offer_decider, [*asked, *commands[-1:]]) == events
