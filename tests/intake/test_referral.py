"""When a referral can be made, and how the desk's screening ends."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal
from intake.offer.examples import CANDIDATE, CONSENTED, CONTACT, NEW_CONTACT
from intake.organisation.examples import HOSPITAL
from intake.referral.commands import (
    AcceptReferral,
    MakeReferral,
    ReferralCommand,
    ScreenOutReferral,
)
from intake.referral.decider import REFERRAL, referral_decider
from intake.referral.events import (
    Led,
    ReferralAccepted,
    ReferralEvent,
    ReferralLinked,
    ReferralScreenedOut,
    ReferralUnlinked,
    ReferralWithdrawn,
)
from intake.referral.examples import (
    ACCEPTED,
    ASSESSED,
    CONSENT_GIVEN,
    CONSENT_WITHDRAWN,
    ENTERED,
    LINKED,
    MADE,
    SCREENED_ON,
    SCREENED_OUT,
    UNLINKED,
    WITHDRAWN,
)

MAKE = MakeReferral(
    source="hospital",
    organisation=HOSPITAL,
    origin=MADE.origin,
    accepted=True,
    contact=CONTACT,
    agreed=CONSENTED.occurred,
    occurred=MADE.occurred,
)
ACCEPT = AcceptReferral(
    outcomes={"calamity": "yes"}, fits=True, criteria_version=2, occurred=SCREENED_ON
)
SCREEN_OUT = ScreenOutReferral(
    outcomes={"calamity": "yes"}, reason="other-problem", criteria_version=2, occurred=SCREENED_ON
)


def test_a_candidate_who_agreed_is_referred() -> None:
    assert outcome(referral_decider, given=[], when=MAKE) == [MADE]


def test_a_referral_accepted_keeps_what_was_assessed() -> None:
    assert outcome(referral_decider, given=[MADE], when=ACCEPT) == [ASSESSED, ACCEPTED]


def test_a_referral_screened_out_keeps_what_was_assessed_and_why() -> None:
    assert outcome(referral_decider, given=[MADE], when=SCREEN_OUT) == [ASSESSED, SCREENED_OUT]


def test_who_comes_alone_consents_with_the_referral() -> None:
    alone = replace(MAKE, source="self", organisation=None, form="spoken", agreed=UNKNOWN)

    assert outcome(referral_decider, given=[], when=alone) == [ENTERED]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([MADE], WITHDRAWN),
        ([MADE], LINKED),
        ([MADE, SCREENED_OUT], LINKED),
        ([MADE, LINKED], UNLINKED),
        ([ENTERED], CONSENT_WITHDRAWN),
        ([ENTERED, CONSENT_WITHDRAWN], CONSENT_GIVEN),
    ],
)
def test_what_is_told_is_kept(before: list[ReferralEvent], told: ReferralCommand) -> None:
    assert outcome(referral_decider, given=before, when=told) == [told]


@pytest.mark.parametrize(
    ("events", "contact"),
    [
        ([MADE], None),
        ([ENTERED], CONTACT),
        ([ENTERED, CONSENT_WITHDRAWN], None),
        ([ENTERED, CONSENT_WITHDRAWN, CONSENT_GIVEN], NEW_CONTACT),
    ],
)
def test_contact_data_pass_on_while_consent_stands_that_was_not_given_with_an_offer(
    events: list[ReferralEvent], contact: UUID | None
) -> None:
    consent = referral_decider.fold(events).consent

    assert (consent.contact if consent else None) == contact


def test_a_referral_that_fits_may_be_screened_out_all_the_same() -> None:
    other = replace(SCREEN_OUT, outcomes={"calamity": "unknown"})

    assessed, screened_out = outcome(referral_decider, given=[MADE], when=other)

    assert assessed == replace(ASSESSED, outcome="unknown")
    assert screened_out == SCREENED_OUT


def test_what_led_to_a_case_goes_with_the_acceptance_and_decides_nothing() -> None:
    led = Led(source="hospital", referred="2027-02-13", reasons=("unknown",))
    told = replace(ACCEPT, led=led)

    assessed, accepted = outcome(referral_decider, given=[MADE], when=told)

    assert assessed == ASSESSED
    assert accepted == replace(ACCEPTED, led=led)
    known: list[ReferralEvent] = [MADE, ASSESSED, accepted]
    assert outcome(referral_decider, given=known, when=ACCEPT) == []
    other = replace(told, occurred=WITHDRAWN.occurred)
    assert refusal(referral_decider, given=known, when=other) == "already-known"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([MADE], MAKE),
        ([MADE, ACCEPTED], MAKE),
        ([MADE, ASSESSED, ACCEPTED], ACCEPT),
        ([MADE, ASSESSED, SCREENED_OUT], SCREEN_OUT),
        ([MADE, WITHDRAWN], WITHDRAWN),
        ([MADE, LINKED], LINKED),
        ([MADE], UNLINKED),
        ([MADE, LINKED, UNLINKED], UNLINKED),
        ([ENTERED, CONSENT_GIVEN], CONSENT_GIVEN),
        ([ENTERED, CONSENT_WITHDRAWN], CONSENT_WITHDRAWN),
    ],
)
def test_what_is_asked_again_is_ignored(
    before: list[ReferralEvent], command: ReferralCommand
) -> None:
    assert outcome(referral_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([], replace(MAKE, contact=None), "no-contact-consent"),
        ([], replace(MAKE, accepted=False), "offer-not-accepted"),
        ([], ACCEPT, "referral-new"),
        ([], SCREEN_OUT, "referral-new"),
        ([MADE], replace(ACCEPT, fits=False), "criteria-not-met"),
        ([], WITHDRAWN, "referral-new"),
        ([], LINKED, "referral-new"),
        ([], CONSENT_GIVEN, "referral-new"),
        ([], CONSENT_WITHDRAWN, "referral-new"),
        ([MADE, WITHDRAWN], MAKE, "referral-withdrawn"),
        ([MADE, WITHDRAWN], ACCEPT, "referral-withdrawn"),
        ([MADE, WITHDRAWN], SCREEN_OUT, "referral-withdrawn"),
        ([MADE, ACCEPTED], WITHDRAWN, "referral-accepted"),
        ([MADE, SCREENED_OUT], WITHDRAWN, "referral-screened-out"),
        ([MADE], CONSENT_WITHDRAWN, "consent-of-the-offer"),
        ([MADE], CONSENT_GIVEN, "consent-of-the-offer"),
        ([MADE], replace(WITHDRAWN, occurred=Occurred.parse("2027-02-12")), "impossible-order"),
        (
            [ENTERED],
            replace(CONSENT_WITHDRAWN, occurred=Occurred.parse("2027-02-12")),
            "impossible-order",
        ),
        ([MADE, ACCEPTED], SCREEN_OUT, "referral-accepted"),
        ([MADE], replace(MAKE, occurred=SCREENED_ON), "already-known"),
        ([MADE, ASSESSED, ACCEPTED], replace(ACCEPT, outcomes={"calamity": "no"}), "already-known"),
        ([MADE, ASSESSED, ACCEPTED], replace(ACCEPT, occurred=UNKNOWN), "already-known"),
        ([MADE, ASSESSED, SCREENED_OUT], replace(SCREEN_OUT, reason="other"), "already-known"),
        (
            [MADE, ASSESSED, SCREENED_OUT],
            replace(SCREEN_OUT, explanation=CONTACT),
            "already-known",
        ),
        ([MADE, WITHDRAWN], replace(WITHDRAWN, reason="unknown"), "already-known"),
        (
            [ENTERED, CONSENT_WITHDRAWN],
            replace(CONSENT_WITHDRAWN, occurred=UNKNOWN),
            "already-known",
        ),
        ([MADE, SCREENED_OUT], ACCEPT, "referral-screened-out"),
        ([], replace(MAKE, occurred=Occurred.parse("2027-01-19")), "impossible-order"),
        ([], replace(MAKE, occurred=Occurred.parse("2027-02-11")), "impossible-order"),
        ([MADE], replace(ACCEPT, occurred=Occurred.parse("2027-02-12")), "impossible-order"),
        ([MADE], replace(SCREEN_OUT, occurred=Occurred.parse("2027-01")), "impossible-order"),
    ],
)
def test_what_cannot_follow_is_refused(
    before: list[ReferralEvent], command: ReferralCommand, code: str
) -> None:
    assert refusal(referral_decider, given=before, when=command) == code


@pytest.mark.parametrize("when", ["2027-02-12", "2027-02", "2027", "unknown"])
def test_a_referral_may_be_told_of_late_and_without_a_precise_day(when: str) -> None:
    late = replace(MAKE, occurred=Occurred.parse(when))

    [made] = outcome(referral_decider, given=[], when=late)

    assert made.occurred == Occurred.parse(when)


def test_a_case_has_one_referral() -> None:
    assert REFERRAL.beside(CANDIDATE) == uuid5(CANDIDATE, "referral") != REFERRAL.beside(HOSPITAL)


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [
                MAKE,
                replace(MAKE, contact=None),
                ACCEPT,
                replace(ACCEPT, fits=False),
                SCREEN_OUT,
                WITHDRAWN,
                LINKED,
                UNLINKED,
                CONSENT_WITHDRAWN,
            ]
        ),
        occurred=DAYS,
    )
)


@given(COMMANDS)
def test_whatever_is_asked_a_referral_ends_once(commands: list[ReferralCommand]) -> None:
    events = lived(referral_decider, commands)

    course = [e for e in events if not isinstance(e, ReferralLinked | ReferralUnlinked)]
    ends = [
        e
        for e in course
        if isinstance(e, ReferralAccepted | ReferralScreenedOut | ReferralWithdrawn)
    ]
    assert len(ends) <= 1
    assert course[-1:] == ends or not ends
    assert lived(referral_decider, [*commands, *commands[-1:]]) == events
    assert referral_decider.fold(events) == referral_decider.fold(events)
