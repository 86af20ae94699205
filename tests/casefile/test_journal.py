"""What may be logged on a case, and how a mistake is put right."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.decider import Case, case_decider
from casefile.case.examples import CASE_MANAGER, CLOSED, OPENED
from casefile.journal.decider import (
    CorrectActivity,
    Effort,
    JournalCommand,
    LogActivity,
    journal_decider,
    journal_of,
)
from casefile.journal.events import JournalEvent
from casefile.journal.examples import ACTIVITY, CORRECTED, LOGGED, LOGGED_AS
from events.occurrence import Occurred
from events.testing import lived, numbered, outcome, refusal

OPEN = case_decider.fold([OPENED])
OVER = case_decider.fold([OPENED, CLOSED])
EFFORT = Effort(
    category="contact",
    type="home-visit",
    contact_minutes=75,
    travel_minutes=40,
    registration_minutes=10,
)
LOG = LogActivity(
    case=OPEN,
    activity=ACTIVITY,
    case_manager=CASE_MANAGER,
    effort=EFFORT,
    occurred=LOGGED.occurred,
)
CORRECT = CorrectActivity(
    case=OPEN,
    activity=ACTIVITY,
    corrects=LOGGED_AS,
    effort=replace(EFFORT, contact_minutes=90),
    occurred=CORRECTED.occurred,
)


def test_an_activity_is_logged_in_three_kinds_of_minutes() -> None:
    assert outcome(journal_decider, given=[], when=LOG) == [LOGGED]


def test_an_activity_is_corrected_as_a_whole() -> None:
    assert outcome(journal_decider, given=[LOGGED], when=CORRECT) == [CORRECTED]


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([LOGGED], LOG),
        ([LOGGED, CORRECTED], LOG),
        ([LOGGED, CORRECTED], CORRECT),
        ([LOGGED, CORRECTED], replace(CORRECT, corrects=numbered(7))),
        ([LOGGED], replace(CORRECT, effort=EFFORT, occurred=LOGGED.occurred)),
    ],
)
def test_what_says_nothing_new_is_ignored(
    before: list[JournalEvent], command: JournalCommand
) -> None:
    assert outcome(journal_decider, given=before, when=command) == []


def test_a_correction_may_be_corrected() -> None:
    before: list[JournalEvent] = [LOGGED, CORRECTED]
    again = replace(CORRECT, corrects=numbered(7), effort=replace(EFFORT, travel_minutes=0))

    [corrected] = outcome(journal_decider, given=before, when=again)

    assert (corrected.travel_minutes, corrected.case_manager) == (0, CASE_MANAGER)


@pytest.mark.parametrize(
    "command", [CORRECT, replace(CORRECT, corrects=None), replace(CORRECT, activity=numbered(7))]
)
def test_what_was_not_logged_is_not_corrected(command: CorrectActivity) -> None:
    assert refusal(journal_decider, given=[], when=command) == "no-such-activity"


@pytest.mark.parametrize(
    ("case", "when", "code"),
    [
        (Case(), "2027-02-18", "case-new"),
        (OPEN, "2027-02-14", "impossible-order"),
        (OVER, "2027-03-02", "case-closed"),
    ],
)
@pytest.mark.parametrize("command", [LOG, CORRECT])
def test_work_on_a_case_is_done_while_it_is_open(
    command: LogActivity | CorrectActivity, case: Case, when: str, code: str
) -> None:
    before: list[JournalEvent] = [] if isinstance(command, LogActivity) else [LOGGED]
    outside = replace(command, case=case, occurred=Occurred.parse(when))

    assert refusal(journal_decider, given=before, when=outside) == code


def test_work_may_be_logged_after_the_case_closed() -> None:
    late = replace(LOG, case=OVER)

    assert outcome(journal_decider, given=[], when=late) == [LOGGED]


def test_a_case_has_one_journal() -> None:
    assert journal_of(ACTIVITY) == journal_of(ACTIVITY) != journal_of(CASE_MANAGER)


ACTIVITIES = st.sampled_from([numbered(1), numbered(2), numbered(3)])
EFFORTS = st.builds(replace, st.just(EFFORT), contact_minutes=st.integers(0, 3))
COMMANDS = st.lists(
    st.builds(replace, st.just(LOG), activity=ACTIVITIES, effort=EFFORTS)
    | st.builds(replace, st.just(CORRECT), activity=ACTIVITIES, effort=EFFORTS)
)


@given(COMMANDS)
def test_whatever_is_asked_each_activity_is_logged_once_and_is_as_it_was_told_last(
    commands: list[JournalCommand],
) -> None:
    events = lived(journal_decider, commands)

    last: dict[UUID, JournalEvent] = {event.activity: event for event in events}
    assert journal_decider.fold(events).activities == last
    assert lived(journal_decider, [*commands, *commands[-1:]]) == events
    logged = [e.activity for e in events if not hasattr(e, "corrects")]
    assert len(logged) == len(set(logged)) == len(last)
