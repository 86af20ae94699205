"""When a case manager is away: no day twice, and what is told again adds nothing."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID, uuid5

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.history import FOREVER, facts
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, recorded, refusal
from scheduling.case_manager.decider import case_manager_decider
from scheduling.case_manager.events import (
    AbsenceChanged,
    AbsenceRecorded,
    CaseManagerEvent,
)
from scheduling.case_manager.examples import (
    ABSENCE_ID,
    AWAY,
    AWAY_SHORTER,
    CAPACITY,
    NOT_AWAY,
)
from scheduling.views import absences

OTHER_ID = uuid5(ABSENCE_ID, "other")
LATER = Occurred.parse("2027-03-01")


def away(first: int, last: int | None, absence: UUID = OTHER_ID) -> AbsenceRecorded:
    """Between two days of February."""
    last_day = date(2027, 2, last) if last else None
    return replace(AWAY, absence=absence, first_day=date(2027, 2, first), last_day=last_day)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], AWAY),
        ([], away(18, None)),
        ([AWAY], AWAY_SHORTER),
        ([AWAY], replace(AWAY_SHORTER, last_day=None)),
        ([AWAY], NOT_AWAY),
        ([AWAY, NOT_AWAY], away(18, 24)),
        ([AWAY], away(25, None)),
        ([AWAY], away(1, 17)),
        ([AWAY, AWAY_SHORTER], away(22, 22)),
        ([], CAPACITY),
        ([CAPACITY], replace(CAPACITY, cases=8, occurred=LATER)),
    ],
)
def test_what_may_follow_follows(before: list[CaseManagerEvent], told: CaseManagerEvent) -> None:
    assert outcome(case_manager_decider, given=before, when=told) == [told]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([AWAY], AWAY),
        ([AWAY, AWAY_SHORTER], AWAY_SHORTER),
        ([AWAY, NOT_AWAY], NOT_AWAY),
        ([AWAY, NOT_AWAY], AWAY),
        ([CAPACITY], replace(CAPACITY, occurred=LATER)),
    ],
)
def test_what_changes_nothing_is_ignored(
    before: list[CaseManagerEvent], told: CaseManagerEvent
) -> None:
    assert outcome(case_manager_decider, given=before, when=told) == []


EARLY = Occurred.parse("2027-01-31")


@pytest.mark.parametrize(
    ("before", "told", "code"),
    [
        ([AWAY], away(24, 28), "away-already"),
        ([AWAY], away(1, 18), "away-already"),
        ([AWAY], away(1, None), "away-already"),
        ([away(1, None)], AWAY, "away-already"),
        ([AWAY, away(26, 28)], replace(AWAY_SHORTER, last_day=None), "away-already"),
        ([], AWAY_SHORTER, "no-such-absence"),
        ([], NOT_AWAY, "no-such-absence"),
        ([AWAY, NOT_AWAY], AWAY_SHORTER, "no-such-absence"),
        ([AWAY, NOT_AWAY], replace(NOT_AWAY, occurred=LATER), "already-known"),
        ([AWAY], replace(AWAY_SHORTER, occurred=EARLY), "impossible-order"),
        ([AWAY], replace(NOT_AWAY, occurred=EARLY), "impossible-order"),
        ([CAPACITY], replace(CAPACITY, cases=8, occurred=EARLY), "impossible-order"),
    ],
)
def test_what_cannot_be_is_refused(
    before: list[CaseManagerEvent], told: CaseManagerEvent, code: str
) -> None:
    assert refusal(case_manager_decider, given=before, when=told) == code


@pytest.mark.parametrize(
    ("happened", "last_days"),
    [
        ([NOT_AWAY, AWAY], []),
        ([NOT_AWAY, AWAY, AWAY_SHORTER], []),
        ([AWAY_SHORTER, AWAY], [AWAY_SHORTER.last_day]),
    ],
)
def test_what_was_told_last_of_an_absence_counts_though_nobody_knows_when_it_was_recorded(
    happened: list[CaseManagerEvent], last_days: list[date]
) -> None:
    absences = case_manager_decider.fold(happened).absences

    assert [absence.last_day for absence in absences.values()] == last_days


DAYS = st.integers(1, 28).map(lambda day: date(2027, 2, day))
OCCURRED = st.sampled_from([AWAY.occurred, AWAY_SHORTER.occurred, LATER, UNKNOWN])
ABSENCES = st.sampled_from([ABSENCE_ID, OTHER_ID, uuid5(ABSENCE_ID, "third")])
LENGTHS = st.none() | st.integers(0, 9)


def told_of(
    told: AbsenceRecorded | AbsenceChanged,
    absence: UUID,
    first: date,
    length: int | None,
    occurred: Occurred,
) -> CaseManagerEvent:
    last = None if length is None else first + timedelta(days=length)
    return replace(told, absence=absence, first_day=first, last_day=last, occurred=occurred)


TOLD: st.SearchStrategy[CaseManagerEvent] = st.one_of(
    st.builds(
        told_of,
        st.sampled_from([AWAY, AWAY_SHORTER]),
        ABSENCES,
        DAYS,
        LENGTHS,
        OCCURRED,
    ),
    st.builds(replace, st.just(NOT_AWAY), absence=ABSENCES, occurred=OCCURRED),
    st.builds(replace, st.just(CAPACITY), cases=st.integers(0, 3), occurred=OCCURRED),
)


@given(st.lists(TOLD))
def test_whatever_is_told_no_day_lies_in_two_absences(told: list[CaseManagerEvent]) -> None:
    events = lived(case_manager_decider, told)

    state = case_manager_decider.fold(events)
    for one, other in combinations(state.absences.values(), 2):
        assert (one.last_day or date.max) < other.first_day or (
            other.last_day or date.max
        ) < one.first_day
    assert lived(case_manager_decider, [*told, *told[-1:]]) == events


@example([AWAY, replace(AWAY_SHORTER, occurred=UNKNOWN), replace(AWAY_SHORTER, last_day=None)])
@given(st.lists(TOLD))
def test_the_list_of_absences_says_what_those_who_decided_saw(told: list[CaseManagerEvent]) -> None:
    """In whatever order it happened."""
    events = lived(case_manager_decider, told)
    log = [recorded(event, number) for number, event in enumerate(events, start=1)]

    rows = absences.rows(log[0].key, facts(log)) if log else []

    listed = {
        row["absence"]: (row["first_day"], row["last_day"])
        for row in rows
        if row["held_until"] == FOREVER
    }
    standing = case_manager_decider.fold(events).absences
    assert listed == {id_: (days.first_day, days.last_day) for id_, days in standing.items()}
