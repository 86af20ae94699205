"""When a deadline is set, met, late or missed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import UNKNOWN, Occurred
from events.testing import draft, lived, outcome
from scheduling.deadline.decider import (
    DEADLINE,
    DeadlineCommand,
    MeetDeadline,
    MissDeadline,
    SetDeadline,
    Status,
    deadline_decider,
)
from scheduling.deadline.events import (
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DeadlineSilenced,
)
from scheduling.deadline.examples import (
    CASE_ID,
    DUE_ON,
    FIRST_CONTACT,
    MET,
    MET_LATE,
    MISSED,
    SET,
    SILENCED,
)
from scheduling.deadline.work import MISS_DEADLINE, work

SET_ID = uuid5(CASE_ID, "the event that set it")
SET_IT = SetDeadline(
    policy="first-contact",
    policy_version=1,
    due_on=DUE_ON,
    known_at=datetime(2027, 2, 15, 12, tzinfo=UTC),
    occurred=SET.occurred,
)
MEET = MeetDeadline(occurred=MET.occurred)
MEET_LATE = MeetDeadline(occurred=MET_LATE.occurred)
MISS = MissDeadline(occurred=MISSED.occurred)
PASS = replace(MISS, stopped=True)


@pytest.mark.parametrize("before", [[SET], [SET, MISSED]])
def test_where_the_first_cause_counts_another_moves_nothing_unless_it_puts_right(
    before: list[DeadlineEvent],
) -> None:
    later = Occurred.parse("2027-02-17")
    again = replace(SET_IT, first_counts=True, due_on=date(2027, 2, 20), occurred=later)

    assert outcome(deadline_decider, given=before, when=again) == []
    [moved] = outcome(deadline_decider, given=before, when=replace(again, corrects=SET_ID))
    assert isinstance(moved, DeadlineSet)
    assert moved.due_on == date(2027, 2, 20)


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], SET_IT, [SET]),
        ([SET], MEET, [MET]),
        ([SET], MEET_LATE, [MET_LATE]),
        ([SET], MISS, [MISSED]),
        ([SET, MISSED], MEET_LATE, [MET_LATE]),
        ([SET, MISSED], MEET, [MET]),
        ([SET], PASS, [SILENCED]),
        ([SET, SILENCED], MISS, [MISSED]),
        ([SET, SILENCED], MEET_LATE, [MET_LATE]),
    ],
)
def test_what_may_follow_follows(
    before: list[DeadlineEvent], command: DeadlineCommand, events: list[DeadlineEvent]
) -> None:
    assert outcome(deadline_decider, given=before, when=command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([SET], SET_IT),
        ([SET, MET], SET_IT),
        ([SET, MET], MEET),
        ([SET, MISSED], MISS),
        ([SET, SILENCED], PASS),
        ([SET, MISSED], PASS),
        ([SET, MET], MISS),
        ([], MISS),
        ([], MEET),
    ],
)
def test_what_changes_nothing_is_ignored(
    before: list[DeadlineEvent], command: DeadlineCommand
) -> None:
    assert outcome(deadline_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("2027-02-18", False),
        ("2027-02-18T23:59:59.999999+01:00", False),
        ("2027-02-19T00:00:00+01:00", True),
        ("2027-02-19", True),
        ("2027-02", False),
        ("unknown", False),
    ],
)
def test_a_deadline_is_kept_until_the_end_of_its_day_in_civil_time(
    when: str, *, late: bool
) -> None:
    meet = MeetDeadline(occurred=Occurred.parse(when))

    [met] = outcome(deadline_decider, given=[SET], when=meet)

    assert met == replace(MET, late=late, occurred=meet.occurred)


@pytest.mark.parametrize(
    ("known_at", "silent"),
    [("2027-02-18T22:59:59Z", False), ("2027-02-18T23:00:00Z", True), ("2028-01-01T00:00Z", True)],
)
def test_a_deadline_that_was_over_before_anybody_knew_stays_silent(
    known_at: str, *, silent: bool
) -> None:
    late = replace(SET_IT, known_at=datetime.fromisoformat(known_at))

    [was_set] = outcome(deadline_decider, given=[], when=late)

    assert was_set == replace(SET, silent=silent)
    assert bool(work(draft(FIRST_CONTACT), was_set)) is not silent


def test_the_timer_of_a_deadline_falls_due_when_its_day_is_over() -> None:
    written = draft(FIRST_CONTACT, key=CASE_ID)

    [timer] = work(written, SET)

    assert timer.due_at == datetime(2027, 2, 18, 23, tzinfo=UTC)
    assert (timer.id, timer.key, timer.kind) == (written.id, CASE_ID, MISS_DEADLINE)
    assert timer.data == {"deadline": str(FIRST_CONTACT)}


@pytest.mark.parametrize("event", [MET, MISSED, replace(SET, silent=True)])
def test_nothing_else_asks_for_work(event: DeadlineEvent) -> None:
    assert work(draft(FIRST_CONTACT), event) == []


def test_each_policy_has_one_deadline_per_case() -> None:
    assert uuid5(CASE_ID, "deadline:first-contact") == FIRST_CONTACT
    assert DEADLINE.beside(CASE_ID, "first-visit") != FIRST_CONTACT


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(14, 22)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(replace, st.sampled_from([SET_IT, MEET, MEET_LATE, MISS, PASS]), occurred=DAYS)
)


@given(COMMANDS)
def test_whatever_is_asked_a_deadline_is_set_first_and_met_and_missed_at_most_once_each_time(
    commands: list[DeadlineCommand],
) -> None:
    events = lived(deadline_decider, commands)

    kinds = [type(event) for event in events]
    assert kinds[:1] in ([], [DeadlineSet])
    for _, group in groupby(kinds, key=lambda kind: kind is DeadlineSet):
        times = Counter(group)
        assert times.get(DeadlineMet, 0) <= 1
        assert times.get(DeadlineMissed, 0) <= 1
        assert times.get(DeadlineSilenced, 0) <= 1
    assert lived(deadline_decider, [*commands, *commands[-1:]]) == events
    assert deadline_decider.fold(events) == deadline_decider.fold(events)


AGAIN_ON, MOVED_TO = date(2027, 3, 8), date(2027, 2, 25)
AGAIN = replace(SET_IT, due_on=AGAIN_ON, occurred=Occurred.parse("2027-03-01"))
SET_AGAIN = replace(SET, due_on=AGAIN_ON, occurred=AGAIN.occurred)
MOVED = replace(SET_IT, due_on=MOVED_TO, corrects=SET_ID)
SET_LATER = replace(SET, due_on=MOVED_TO, corrects=SET_ID)
REPEATED = replace(SET, silent=True, corrects=SET_ID)
"""As it was: the next correction of its cause names this."""


@pytest.mark.parametrize("before", [[SET], [SET, MET], [SET, MISSED], [SET, MISSED, MET_LATE]])
def test_a_cause_that_comes_again_sets_it_anew(before: list[DeadlineEvent]) -> None:
    assert outcome(deadline_decider, given=before, when=AGAIN) == [SET_AGAIN]

    again = deadline_decider.fold([*before, SET_AGAIN])
    assert (again.status, again.due_on) == (Status.OPEN, AGAIN_ON)


def test_a_cause_that_is_told_of_late_changes_nothing_about_what_came_after_it() -> None:
    earlier = replace(SET_IT, due_on=date(2027, 2, 10), occurred=Occurred.parse("2027-02-07"))

    lives: list[list[DeadlineEvent]] = [[SET], [SET, MET], [SET, MISSED], [SET, MET, SET_AGAIN]]

    for before in lives:
        assert outcome(deadline_decider, given=before, when=earlier) == []


def test_a_cause_that_is_put_right_moves_it_but_not_what_was_answered() -> None:
    lives: list[tuple[list[DeadlineEvent], list[DeadlineEvent]]] = [
        ([SET], [SET_LATER]),
        ([SET, MISSED], [SET_LATER]),
        ([SET, MET], [REPEATED]),
    ]

    for before, events in lives:
        assert outcome(deadline_decider, given=before, when=MOVED) == events


def test_a_deadline_that_was_moved_is_not_missed_on_the_day_on_which_it_was_due_before() -> None:
    late = MissDeadline(occurred=Occurred.parse("2027-02-26T00:00:00+01:00"))

    moved: list[DeadlineEvent] = [SET, SET_LATER]
    assert outcome(deadline_decider, given=moved, when=MISS) == []
    assert outcome(deadline_decider, given=moved, when=late) == [
        replace(MISSED, due_on=MOVED_TO, occurred=late.occurred)
    ]


@pytest.mark.parametrize("passed", [MISSED, SILENCED])
def test_in_the_order_of_happening_a_moved_deadline_is_as_open_as_when_it_was_moved(
    passed: DeadlineEvent,
) -> None:
    as_told = deadline_decider.fold([SET, passed, SET_LATER])
    as_happened = deadline_decider.fold([SET, SET_LATER, passed])

    assert as_told == as_happened
