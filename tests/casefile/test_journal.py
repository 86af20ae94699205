"""What may be logged on a case, and how a mistake is put right."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CASE_MANAGER, CLOSED, OPENED
from casefile.journal.decider import JOURNAL, CorrectActivity, JournalCommand, journal_decider
from casefile.journal.events import ActivityLogged, JournalEvent, effort
from casefile.journal.examples import ACTIVITY, CORRECTED, LOGGED, LOGGED_AS, REPORT
from events.occurrence import Occurred
from events.testing import lived, numbered, outcome, refusal

OPEN = case_decider.fold([OPENED])
OVER = case_decider.fold([OPENED, CLOSED])
CORRECTION = CorrectActivity(
    activity=ACTIVITY, corrects=LOGGED_AS, occurred=CORRECTED.occurred, **effort(CORRECTED)
)


def on(
    command: ActivityLogged | CorrectActivity,
    case: Case = OPEN,
    **changed: Any,  # noqa: ANN401 - fields of the command
) -> JournalCommand:
    return OnCase(case=case, command=replace(command, **changed))


LOG, CORRECT = on(LOGGED), on(CORRECTION)


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
        ([LOGGED, CORRECTED], on(CORRECTION, corrects=numbered(7))),
        ([LOGGED], on(CORRECTION, occurred=LOGGED.occurred, **effort(LOGGED))),
    ],
)
def test_what_says_nothing_new_is_ignored(
    before: list[JournalEvent], command: JournalCommand
) -> None:
    assert outcome(journal_decider, given=before, when=command) == []


def test_a_correction_without_a_report_leaves_the_report_as_it_was() -> None:
    reported = replace(LOGGED, report=REPORT)
    rewritten = on(CORRECTION, report=numbered(7))

    [corrected] = outcome(journal_decider, given=[reported], when=CORRECT)
    [again] = outcome(journal_decider, given=[reported, corrected], when=rewritten)

    assert (corrected.report, again.report) == (REPORT, numbered(7))


def test_a_correction_may_be_corrected() -> None:
    before: list[JournalEvent] = [LOGGED, CORRECTED]
    again = on(CORRECTION, corrects=numbered(7), travel_minutes=0)

    [corrected] = outcome(journal_decider, given=before, when=again)

    assert (corrected.travel_minutes, corrected.case_manager) == (0, CASE_MANAGER)


@pytest.mark.parametrize(
    "command", [CORRECT, on(CORRECTION, corrects=None), on(CORRECTION, activity=numbered(7))]
)
def test_what_was_not_logged_is_not_corrected(command: JournalCommand) -> None:
    assert refusal(journal_decider, given=[], when=command) == "no-such-activity"


@pytest.mark.parametrize(
    ("case", "when", "code"),
    [
        (Case(), "2027-02-18", "case-new"),
        (OPEN, "2027-02-14", "impossible-order"),
        (OVER, "2027-03-02", "case-closed"),
    ],
)
@pytest.mark.parametrize("command", [LOGGED, CORRECTION])
def test_work_on_a_case_is_done_while_it_is_open(
    command: ActivityLogged | CorrectActivity, case: Case, when: str, code: str
) -> None:
    before: list[JournalEvent] = [] if isinstance(command, ActivityLogged) else [LOGGED]
    outside = on(command, case, occurred=Occurred.parse(when))

    assert refusal(journal_decider, given=before, when=outside) == code


def test_work_may_be_logged_after_the_case_closed() -> None:
    late = on(LOGGED, OVER)

    assert outcome(journal_decider, given=[], when=late) == [LOGGED]


def test_a_case_has_one_journal() -> None:
    assert JOURNAL.beside(ACTIVITY) == uuid5(ACTIVITY, "journal") != JOURNAL.beside(CASE_MANAGER)


ACTIVITIES = st.sampled_from([numbered(1), numbered(2), numbered(3)])
COMMANDS = st.lists(
    st.builds(
        on,
        st.sampled_from([LOGGED, CORRECTION]),
        activity=ACTIVITIES,
        contact_minutes=st.integers(0, 3),
        attended=st.sampled_from([None, "yes", "unknown"]),
        report=st.sampled_from([None, REPORT]),
    )
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
