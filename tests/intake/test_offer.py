"""Who may be offered case management, how often, and what counts as an answer."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal
from intake.offer.commands import (
    AcceptOffer,
    Attempts,
    Consent,
    DeclineOffer,
    GiveConsent,
    MakeOffer,
    NoteNoResponse,
    OfferCommand,
)
from intake.offer.decider import offer_decider
from intake.offer.events import (
    ContactConsentGiven,
    OfferAccepted,
    OfferDeclined,
    OfferEvent,
    OfferMade,
    OfferUnanswered,
)
from intake.offer.examples import (
    ACCEPTED,
    CONSENT_WITHDRAWN,
    CONSENTED,
    CONTACT,
    DECLINED,
    DECLINED_FOR_GOOD,
    EXPLANATION,
    FORWARDED,
    IDENTIFIED,
    NEW_CONTACT,
    OFFERED,
    OFFERED_AGAIN,
    UNANSWERED,
    WITHHELD,
)
from intake.organisation.examples import OTHER_HOSPITAL

OFFER = MakeOffer(
    channel="phone",
    by_function="patient-support",
    leaflet="yes",
    recipient="near-person",
    route="hospital-offers",
    wording="agreed-name",
    most=3,
    occurred=OFFERED.occurred,
)
FORWARD = MakeOffer(
    channel="face-to-face",
    by_function="doctor",
    route="direct-forwarding",
    forwards=True,
    most=3,
    occurred=FORWARDED.occurred,
)
OFFER_AGAIN = MakeOffer(
    channel="letter", by_function="complaints-officer", occurred=OFFERED_AGAIN.occurred
)
CONSENT = Consent(form="spoken", contact=CONTACT)
ACCEPT = AcceptOffer(
    reasons=("clear-need",), consent=CONSENT, by_programme=False, occurred=ACCEPTED.occurred
)
ACCEPT_WITHOUT_CONSENT = replace(ACCEPT, consent=None)
ACCEPT_AT_DESK = replace(ACCEPT_WITHOUT_CONSENT, by_programme=True)
DECLINE = DeclineOffer(
    reasons=("too-much-at-once",), referred=False, by_programme=False, occurred=DECLINED.occurred
)
DECLINE_FOR_GOOD = DeclineOffer(
    reasons=("no-stranger",),
    referred=False,
    by_programme=False,
    final=True,
    explanation=EXPLANATION,
    occurred=DECLINED_FOR_GOOD.occurred,
)
GIVE = GiveConsent(consent=CONSENT, occurred=CONSENTED.occurred)
POLICY = Attempts(most=3, again_after_days=21, told_on=date(2027, 2, 22))
TWO_REASONS = ("too-much-at-once", "no-stranger")
LATER = Occurred.parse("2027-05-01")
NO_RESPONSE = NoteNoResponse(referred=False, by_programme=False, occurred=UNANSWERED.occurred)


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], IDENTIFIED, [IDENTIFIED]),
        ([IDENTIFIED], OFFER, [OFFERED]),
        ([IDENTIFIED], WITHHELD, [WITHHELD]),
        ([IDENTIFIED, WITHHELD], OFFER, [OFFERED]),
        ([IDENTIFIED, OFFERED], NO_RESPONSE, [UNANSWERED]),
        ([IDENTIFIED, OFFERED], DECLINE, [DECLINED]),
        ([IDENTIFIED, OFFERED, UNANSWERED], DECLINE, [DECLINED]),
        ([IDENTIFIED, OFFERED, UNANSWERED], OFFER_AGAIN, [OFFERED_AGAIN]),
        ([IDENTIFIED, OFFERED, DECLINED], OFFER_AGAIN, [OFFERED_AGAIN]),
        ([IDENTIFIED, OFFERED], ACCEPT, [ACCEPTED, CONSENTED]),
        ([IDENTIFIED, OFFERED], ACCEPT_WITHOUT_CONSENT, [ACCEPTED]),
        ([IDENTIFIED, OFFERED, DECLINED], ACCEPT, [ACCEPTED, CONSENTED]),
        ([IDENTIFIED, OFFERED, UNANSWERED], ACCEPT, [ACCEPTED, CONSENTED]),
        ([IDENTIFIED, OFFERED, ACCEPTED], ACCEPT, [CONSENTED]),
        (
            [IDENTIFIED, OFFERED, ACCEPTED],
            replace(ACCEPT, occurred=LATER),
            [replace(CONSENTED, occurred=LATER)],
        ),
        ([IDENTIFIED, OFFERED, ACCEPTED, CONSENTED], CONSENT_WITHDRAWN, [CONSENT_WITHDRAWN]),
        ([IDENTIFIED], FORWARD, [FORWARDED]),
        ([IDENTIFIED, FORWARDED], GIVE, [CONSENTED]),
        ([IDENTIFIED, FORWARDED, CONSENTED], ACCEPT_AT_DESK, [ACCEPTED]),
        ([IDENTIFIED, FORWARDED], DECLINE, [DECLINED]),
        ([IDENTIFIED, FORWARDED], NO_RESPONSE, [UNANSWERED]),
        ([IDENTIFIED, OFFERED, ACCEPTED], GIVE, [CONSENTED]),
        ([IDENTIFIED, OFFERED], DECLINE_FOR_GOOD, [DECLINED_FOR_GOOD]),
        ([IDENTIFIED, OFFERED, DECLINED], DECLINE_FOR_GOOD, [DECLINED_FOR_GOOD]),
    ],
)
def test_what_may_follow_follows(
    before: list[OfferEvent], command: OfferCommand, events: list[OfferEvent]
) -> None:
    assert outcome(offer_decider, given=before, when=command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([IDENTIFIED, OFFERED], IDENTIFIED),
        ([IDENTIFIED, WITHHELD], WITHHELD),
        ([IDENTIFIED, OFFERED, UNANSWERED], NO_RESPONSE),
        ([IDENTIFIED, OFFERED, DECLINED], DECLINE),
        ([IDENTIFIED, OFFERED, DECLINED_FOR_GOOD], DECLINE_FOR_GOOD),
        ([IDENTIFIED, FORWARDED, CONSENTED], GIVE),
        ([IDENTIFIED, OFFERED, ACCEPTED, CONSENTED], ACCEPT),
        ([IDENTIFIED, OFFERED, ACCEPTED, CONSENTED, CONSENT_WITHDRAWN], CONSENT_WITHDRAWN),
        ([IDENTIFIED, OFFERED, ACCEPTED], CONSENT_WITHDRAWN),
    ],
)
def test_what_is_asked_again_is_ignored(before: list[OfferEvent], command: OfferCommand) -> None:
    assert outcome(offer_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([IDENTIFIED], replace(IDENTIFIED, organisation=OTHER_HOSPITAL), "offer-identified"),
        ([], OFFER, "offer-new"),
        ([IDENTIFIED, OFFERED, ACCEPTED], replace(OFFER_AGAIN), "offer-accepted"),
        ([IDENTIFIED, OFFERED], replace(WITHHELD, occurred=UNKNOWN), "offer-offered"),
        ([IDENTIFIED], ACCEPT, "offer-identified"),
        ([IDENTIFIED, WITHHELD], ACCEPT, "offer-withheld"),
        ([IDENTIFIED], DECLINE, "offer-identified"),
        ([IDENTIFIED], NO_RESPONSE, "offer-identified"),
        ([IDENTIFIED, OFFERED, DECLINED], replace(NO_RESPONSE), "offer-declined"),
        ([IDENTIFIED, OFFERED, DECLINED_FOR_GOOD], OFFER_AGAIN, "offer-final"),
        ([IDENTIFIED, OFFERED], GIVE, "offer-not-accepted"),
        ([IDENTIFIED], GIVE, "offer-not-accepted"),
        ([IDENTIFIED, FORWARDED], ACCEPT_WITHOUT_CONSENT, "offer-forwarded"),
        ([IDENTIFIED, FORWARDED], replace(DECLINE, referred=True), "offer-forwarded"),
        ([IDENTIFIED, FORWARDED], replace(NO_RESPONSE, referred=True), "offer-forwarded"),
        ([IDENTIFIED, FORWARDED, ACCEPTED], ACCEPT_WITHOUT_CONSENT, "offer-forwarded"),
        ([], GIVE, "offer-not-accepted"),
    ],
)
def test_what_cannot_follow_is_refused(
    before: list[OfferEvent], command: OfferCommand, code: str
) -> None:
    assert refusal(offer_decider, given=before, when=command) == code


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([IDENTIFIED, WITHHELD], replace(WITHHELD, reason="deceased")),
        ([IDENTIFIED, WITHHELD], replace(WITHHELD, occurred=LATER)),
        ([IDENTIFIED, OFFERED, ACCEPTED], replace(ACCEPT, reasons=("no-own-network",))),
        ([IDENTIFIED, OFFERED, ACCEPTED], replace(ACCEPT_WITHOUT_CONSENT, occurred=LATER)),
        ([IDENTIFIED, OFFERED, DECLINED], replace(DECLINE, reasons=("no-stranger",))),
        ([IDENTIFIED, OFFERED, DECLINED], replace(DECLINE, occurred=LATER)),
        ([IDENTIFIED, OFFERED, DECLINED_FOR_GOOD], replace(DECLINE_FOR_GOOD, final=False)),
        ([IDENTIFIED, OFFERED, DECLINED_FOR_GOOD], replace(DECLINE_FOR_GOOD, occurred=LATER)),
        ([IDENTIFIED, OFFERED, UNANSWERED], replace(NO_RESPONSE, occurred=LATER)),
        ([IDENTIFIED, OFFERED, ACCEPTED], replace(ACCEPT, heard=False)),
        ([IDENTIFIED, OFFERED, DECLINED], replace(DECLINE, heard=False)),
    ],
)
def test_what_is_known_is_not_told_otherwise(
    before: list[OfferEvent], command: OfferCommand
) -> None:
    assert refusal(offer_decider, given=before, when=command) == "already-known"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([IDENTIFIED, WITHHELD], replace(WITHHELD, explanation=EXPLANATION)),
        ([IDENTIFIED, OFFERED, UNANSWERED], replace(NO_RESPONSE, attempts=POLICY)),
        (
            [IDENTIFIED, OFFERED, replace(DECLINED, reasons=TWO_REASONS)],
            replace(DECLINE, reasons=TWO_REASONS[::-1]),
        ),
    ],
)
def test_words_order_of_reasons_and_the_next_attempt_make_no_other_answer(
    before: list[OfferEvent], command: OfferCommand
) -> None:
    assert outcome(offer_decider, given=before, when=command) == []


def test_after_a_referral_there_is_nothing_left_to_decline() -> None:
    decline = replace(DECLINE, referred=True, occurred=UNKNOWN)
    before: list[OfferEvent] = [IDENTIFIED, OFFERED, ACCEPTED]

    code = refusal(offer_decider, given=before, when=decline)

    assert code == "already-referred"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([], replace(IDENTIFIED, occurred=Occurred.parse("2027-01-19"))),
        ([IDENTIFIED], replace(OFFER, occurred=Occurred.parse("2027-01-31"))),
        ([IDENTIFIED, OFFERED], replace(ACCEPT, occurred=Occurred.parse("2027-02-02"))),
        ([IDENTIFIED, OFFERED], replace(ACCEPT, occurred=Occurred.parse("2026"))),
        ([IDENTIFIED, OFFERED, DECLINED], replace(ACCEPT, occurred=Occurred.parse("2027-02-09"))),
        ([IDENTIFIED, OFFERED, ACCEPTED], replace(DECLINE, occurred=Occurred.parse("2027-02-11"))),
    ],
)
def test_nothing_happens_before_what_it_follows(
    before: list[OfferEvent], command: OfferCommand
) -> None:
    assert refusal(offer_decider, given=before, when=command) == "impossible-order"


@pytest.mark.parametrize("when", ["2027-02-03", "2027-02", "2027", "unknown"])
def test_an_answer_may_be_told_of_late_and_without_a_precise_day(when: str) -> None:
    late = replace(ACCEPT_WITHOUT_CONSENT, occurred=Occurred.parse(when))
    before: list[OfferEvent] = [IDENTIFIED, OFFERED]

    [accepted] = outcome(offer_decider, given=before, when=late)

    assert accepted.occurred == Occurred.parse(when)


def test_an_unknown_day_does_not_make_what_was_known_before_unknown() -> None:
    unknown = replace(UNANSWERED, occurred=UNKNOWN)
    early = replace(ACCEPT, occurred=Occurred.parse("2027-02-02"))
    before: list[OfferEvent] = [IDENTIFIED, OFFERED, unknown]

    code = refusal(offer_decider, given=before, when=early)

    assert code == "impossible-order"


def test_newer_contact_data_come_with_consent_given_again() -> None:
    again = replace(ACCEPT, consent=Consent(form="written", contact=NEW_CONTACT))
    before: list[OfferEvent] = [IDENTIFIED, OFFERED, ACCEPTED, CONSENTED]

    events = outcome(offer_decider, given=before, when=again)

    assert events == [
        ContactConsentGiven(form="written", contact=NEW_CONTACT, occurred=again.occurred)
    ]


def test_no_more_is_offered_than_the_policy_allows() -> None:
    before: list[OfferEvent] = [IDENTIFIED, OFFERED, OFFERED_AGAIN]

    third = outcome(offer_decider, given=before, when=replace(OFFER_AGAIN, most=3))
    fourth = refusal(offer_decider, given=[*before, *third], when=replace(OFFER_AGAIN, most=3))

    assert [event.attempt for event in third if isinstance(event, OfferMade)] == [3]
    assert fourth == "too-many-attempts"


@pytest.mark.parametrize(
    ("before", "occurred", "again_on"),
    [
        ([], "2027-02-10", date(2027, 3, 3)),
        ([], "2027-02", date(2027, 2, 22)),
        ([], "unknown", date(2027, 3, 15)),
        ([OFFERED_AGAIN], "2027-02-21", date(2027, 3, 14)),
        ([OFFERED_AGAIN, replace(OFFERED_AGAIN, attempt=3)], "2027-02-21", None),
    ],
)
def test_a_no_and_silence_say_when_the_policy_would_have_it_offered_again(
    before: list[OfferEvent], occurred: str, again_on: date | None
) -> None:
    given: list[OfferEvent] = [IDENTIFIED, OFFERED, *before]
    when = Occurred.parse(occurred)

    [no] = outcome(
        offer_decider, given=given, when=replace(DECLINE, attempts=POLICY, occurred=when)
    )
    [silence] = outcome(
        offer_decider, given=given, when=replace(NO_RESPONSE, attempts=POLICY, occurred=when)
    )

    assert isinstance(no, OfferDeclined)
    assert isinstance(silence, OfferUnanswered)
    assert no.again_on == silence.again_on == again_on


def test_a_last_word_names_no_day_to_offer_again() -> None:
    asked = replace(DECLINE_FOR_GOOD, attempts=POLICY)
    before: list[OfferEvent] = [IDENTIFIED, OFFERED]

    assert outcome(offer_decider, given=before, when=asked) == [DECLINED_FOR_GOOD]


def test_whoever_comes_back_after_a_last_word_is_welcome() -> None:
    back = replace(ACCEPT_WITHOUT_CONSENT, occurred=Occurred.parse("2027-03-01"))
    before: list[OfferEvent] = [IDENTIFIED, OFFERED, DECLINED_FOR_GOOD]

    events = outcome(offer_decider, given=before, when=back)

    assert [type(event) for event in events] == [OfferAccepted]
    assert not offer_decider.fold([*before, *events]).final


DECLINE_AT_DESK = replace(DECLINE, referred=True, by_programme=True, occurred=UNKNOWN)


@pytest.mark.parametrize("since", [[], [UNANSWERED], [UNANSWERED, OFFERED_AGAIN]])
def test_where_the_offer_was_left_to_others_it_is_declined_after_the_referral(
    since: list[OfferEvent],
) -> None:
    before: list[OfferEvent] = [IDENTIFIED, FORWARDED, CONSENTED, *since]

    [no] = outcome(offer_decider, given=before, when=DECLINE_AT_DESK)

    assert isinstance(no, OfferDeclined)


def test_where_the_offer_was_left_to_others_a_no_becomes_the_last_word() -> None:
    before: list[OfferEvent] = [IDENTIFIED, FORWARDED, DECLINED]

    [no] = outcome(offer_decider, given=before, when=replace(DECLINE_AT_DESK, final=True))

    assert isinstance(no, OfferDeclined)
    assert no.final


def test_where_the_offer_was_left_to_others_their_yes_stands() -> None:
    before: list[OfferEvent] = [IDENTIFIED, FORWARDED, UNANSWERED, ACCEPTED]

    code = refusal(offer_decider, given=before, when=DECLINE_AT_DESK)

    assert code == "already-referred"


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [
                IDENTIFIED,
                OFFER,
                WITHHELD,
                ACCEPT,
                ACCEPT_WITHOUT_CONSENT,
                ACCEPT_AT_DESK,
                DECLINE,
                NO_RESPONSE,
                CONSENT_WITHDRAWN,
                FORWARD,
                GIVE,
                DECLINE_FOR_GOOD,
            ]
        ),
        occurred=DAYS,
    ),
    max_size=25,
)


@given(COMMANDS)
def test_whatever_is_asked_attempts_are_counted_and_answers_are_to_one_of_them(
    commands: list[OfferCommand],
) -> None:
    events = lived(offer_decider, commands)

    made = [event.attempt for event in events if isinstance(event, OfferMade)]
    assert made == list(range(1, len(made) + 1))
    assert len(made) <= POLICY.most
    assert all(e.attempt in made for e in events if isinstance(e, OfferAccepted))
    assert offer_decider.fold(events) == offer_decider.fold(events)


@given(COMMANDS)
def test_whatever_is_asked_no_step_certainly_precedes_an_earlier_one(
    commands: list[OfferCommand],
) -> None:
    events = lived(offer_decider, commands)

    known = [event.occurred.at for event in events if event.occurred.at]
    assert known == sorted(known)


@given(COMMANDS, DAYS)
def test_whatever_was_asked_an_answer_that_is_repeated_adds_nothing(
    commands: list[OfferCommand], day: Occurred
) -> None:
    before = lived(offer_decider, commands)

    for command in (
        WITHHELD,
        ACCEPT,
        DECLINE,
        DECLINE_FOR_GOOD,
        NO_RESPONSE,
        GIVE,
        CONSENT_WITHDRAWN,
    ):
        asked = replace(command, occurred=day)
        once = lived(offer_decider, [*commands, asked])
        twice = lived(offer_decider, [*commands, asked, asked])
        assert once[: len(before)] == before
        assert twice == once
