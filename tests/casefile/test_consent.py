"""How consents are given and withdrawn, and what ends by that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.events import CaseEvent
from casefile.case.examples import CLOSED, OPENED
from casefile.consent.decider import ConsentCommand, consent_decider
from casefile.consent.events import ConsentEvent, ConsentGiven
from casefile.consent.examples import (
    GIVEN,
    RESEARCH_GIVEN,
    RESEARCH_REFUSED,
    RESEARCH_WITHDRAWN,
    WITHDRAWN,
)
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = case_decider.fold([OPENED])
PART = replace(GIVEN, scopes=("part-of-service",), occurred=Occurred.parse("2027-02-20"))
AGAIN = replace(GIVEN, occurred=Occurred.parse("2027-02-26"))
SAME_DAY = replace(GIVEN, occurred=WITHDRAWN.occurred)


def on(told: ConsentEvent, case: Case = OPEN) -> ConsentCommand:
    return OnCase(case=case, command=told)


def given_in(when: str) -> ConsentGiven:
    return replace(GIVEN, occurred=Occurred.parse(when))


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], GIVEN),
        ([], WITHDRAWN),
        ([GIVEN], PART),
        ([GIVEN], AGAIN),
        ([GIVEN], WITHDRAWN),
        ([GIVEN], RESEARCH_GIVEN),
        ([GIVEN, WITHDRAWN], AGAIN),
        ([WITHDRAWN], GIVEN),
        ([AGAIN], WITHDRAWN),
        ([], RESEARCH_REFUSED),
        ([RESEARCH_REFUSED], RESEARCH_GIVEN),
        ([RESEARCH_GIVEN], RESEARCH_REFUSED),
        ([RESEARCH_REFUSED], replace(RESEARCH_REFUSED, reason="unknown")),
        ([WITHDRAWN, SAME_DAY], WITHDRAWN),
        ([SAME_DAY, WITHDRAWN], SAME_DAY),
    ],
)
def test_what_may_follow_follows(before: list[ConsentEvent], told: ConsentEvent) -> None:
    assert outcome(consent_decider, given=before, when=on(told)) == [told]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([GIVEN], GIVEN),
        ([GIVEN, WITHDRAWN], WITHDRAWN),
        ([GIVEN, WITHDRAWN], GIVEN),
        ([AGAIN, WITHDRAWN], WITHDRAWN),
        ([RESEARCH_REFUSED], RESEARCH_REFUSED),
        ([RESEARCH_REFUSED, RESEARCH_GIVEN], RESEARCH_REFUSED),
    ],
)
def test_what_is_known_already_adds_nothing(before: list[ConsentEvent], told: ConsentEvent) -> None:
    assert outcome(consent_decider, given=before, when=on(told)) == []


@pytest.mark.parametrize("told", [GIVEN, RESEARCH_REFUSED])
def test_nothing_is_agreed_on_a_case_that_is_not_open_yet(told: ConsentEvent) -> None:
    assert refusal(consent_decider, given=[], when=on(told, Case())) == "case-new"


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ([RESEARCH_GIVEN], "consent-given"),
        ([RESEARCH_GIVEN, RESEARCH_WITHDRAWN], "consent-withdrawn"),
    ],
)
@pytest.mark.parametrize("when", ["2027-02-28", "2027-02", "unknown"])
def test_what_was_given_is_withdrawn_and_not_refused(
    before: list[ConsentEvent], code: str, when: str
) -> None:
    refused = replace(RESEARCH_REFUSED, occurred=Occurred.parse(when))

    assert refusal(consent_decider, given=before, when=on(refused)) == code


def test_a_refusal_ends_nothing_and_is_over_when_consent_is_given() -> None:
    refused = consent_decider.fold([RESEARCH_REFUSED])
    given_after = consent_decider.fold([RESEARCH_REFUSED, RESEARCH_GIVEN])

    assert refused.stopped == refused.studies == frozenset()
    assert refused.refused == {"research": RESEARCH_REFUSED}
    assert not given_after.refused
    assert given_after.studies == {"evaluation"}


@pytest.mark.parametrize("when", ["2027-02-01", "2027-06-01", "unknown"])
@pytest.mark.parametrize("told", [RESEARCH_GIVEN, RESEARCH_WITHDRAWN])
def test_a_consent_may_be_older_than_the_case_and_outlive_it(told: ConsentEvent, when: str) -> None:
    facts: list[CaseEvent] = [OPENED, CLOSED]
    late = replace(told, occurred=Occurred.parse(when))

    assert outcome(consent_decider, given=[], when=on(late, case_decider.fold(facts))) == [late]


@pytest.mark.parametrize(
    ("told", "stopped", "studies"),
    [
        ([], set(), set()),
        ([GIVEN], set(), set()),
        ([GIVEN, WITHDRAWN], {"access", "appointments", "reminders"}, set()),
        ([GIVEN, WITHDRAWN, AGAIN], set(), set()),
        ([AGAIN, WITHDRAWN], set(), set()),
        ([WITHDRAWN, GIVEN], {"access", "appointments", "reminders"}, set()),
        ([WITHDRAWN, given_in("2027")], {"access", "appointments", "reminders"}, set()),
        ([WITHDRAWN, given_in("2027-02")], {"access", "appointments", "reminders"}, set()),
        ([WITHDRAWN, given_in("unknown")], {"access", "appointments", "reminders"}, set()),
        ([WITHDRAWN, given_in("2027-03")], set(), set()),
        ([RESEARCH_GIVEN], set(), {"evaluation"}),
        ([GIVEN, RESEARCH_GIVEN, RESEARCH_WITHDRAWN], {"study"}, set()),
    ],
)
def test_what_happened_last_counts_in_whatever_order_it_was_told(
    told: list[ConsentEvent], stopped: set[str], studies: set[str]
) -> None:
    consents = consent_decider.fold(told)

    assert consents.stopped == stopped
    assert consents.studies == studies


COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [GIVEN, PART, WITHDRAWN, RESEARCH_GIVEN, RESEARCH_REFUSED, RESEARCH_WITHDRAWN]
        ),
        occurred=st.sampled_from(
            [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
        ),
    ).map(on)
)


@pytest.mark.parametrize("first", ["2027-02-10", "2027-02", "unknown"])
def test_who_withdrew_twice_has_withdrawn_since_the_second_day(first: str) -> None:
    """A form of a day in between, that is entered late, opens nothing."""
    told: list[ConsentEvent] = [
        replace(WITHDRAWN, occurred=Occurred.parse(first)),
        replace(WITHDRAWN, occurred=Occurred.parse("2027-02-20")),
        given_in("2027-02-15"),
    ]

    assert consent_decider.fold(lived(consent_decider, [on(each) for each in told])).stopped


@given(COMMANDS)
def test_whatever_is_told_what_is_repeated_adds_nothing(
    commands: list[ConsentCommand],
) -> None:
    events = lived(consent_decider, commands)

    assert lived(consent_decider, [*commands, *commands[-1:]]) == events


@given(COMMANDS)
def test_whatever_was_told_a_later_consent_ends_what_a_withdrawal_stopped(
    commands: list[ConsentCommand],
) -> None:
    later = [
        replace(each, occurred=Occurred.parse("2027-03-01")) for each in (GIVEN, RESEARCH_GIVEN)
    ]

    events = lived(consent_decider, [*commands, *map(on, later)])

    assert consent_decider.fold(events).stopped == set()
    assert consent_decider.fold(events).studies == {"evaluation"}
