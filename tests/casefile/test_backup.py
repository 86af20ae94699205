"""A backup takes over while in the team as one, and hands back what was taken over."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.backup.answer import backup_periods
from casefile.backup.decider import BackupCommand, TakeOver, backup_decider
from casefile.backup.events import BackupEvent, BackupHandedBack, BackupTookOver
from casefile.backup.examples import HANDED_BACK, TOOK_OVER
from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.events import CaseEvent, CaseManagerReleased
from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    BACKUP_ASSIGNED,
    CASE_MANAGER,
    CLOSED,
    HOSPITAL,
    OPENED,
    REOPENED,
)
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

TEAM: list[CaseEvent] = [OPENED, ASSIGNED, BACKUP_ASSIGNED]
BOTH = case_decider.fold(TEAM)
LEFT = CaseManagerReleased(case_manager=BACKUP, occurred=Occurred.parse("2027-02-25"))
AGAIN = Occurred.parse("2027-02-27")


def take(told: BackupTookOver = TOOK_OVER, case: Case = BOTH) -> BackupCommand:
    return OnCase(case=case, command=TakeOver(told=told, roles=frozenset({"backup"})))


def back(told: BackupHandedBack = HANDED_BACK, case: Case = BOTH) -> BackupCommand:
    return OnCase(case=case, command=told)


def took(occurred: str, backup: UUID = BACKUP) -> BackupTookOver:
    return replace(TOOK_OVER, backup=backup, occurred=Occurred.parse(occurred))


def test_a_backup_takes_over_hands_back_and_takes_over_again() -> None:
    both: list[BackupEvent] = [TOOK_OVER, HANDED_BACK]
    again = replace(TOOK_OVER, occurred=AGAIN)

    assert outcome(backup_decider, given=[], when=take()) == [TOOK_OVER]
    assert outcome(backup_decider, given=[TOOK_OVER], when=back()) == [HANDED_BACK]
    assert outcome(backup_decider, given=both, when=take(again)) == [again]


def test_a_backup_takes_over_again_on_the_day_of_handing_back() -> None:
    on_that_day: list[BackupEvent] = [TOOK_OVER, replace(HANDED_BACK, occurred=TOOK_OVER.occurred)]

    assert outcome(backup_decider, given=on_that_day, when=take()) == [TOOK_OVER]


def test_an_earlier_time_is_told_later_as_it_would_have_been_in_order() -> None:
    later = took("2027-02-25")
    earlier: list[BackupEvent] = [TOOK_OVER, HANDED_BACK]
    told: list[BackupEvent] = [later]
    for command in (take(), back()):
        told += outcome(backup_decider, given=told, when=command)

    assert told == [later, *earlier]
    assert backup_decider.fold(told) == backup_decider.fold([*earlier, later])


def test_what_is_known_already_adds_nothing() -> None:
    both: list[BackupEvent] = [TOOK_OVER, HANDED_BACK]
    later = replace(TOOK_OVER, occurred=AGAIN)

    assert outcome(backup_decider, given=[TOOK_OVER], when=take()) == []
    assert refusal(backup_decider, given=[TOOK_OVER], when=take(later)) == "already-known"
    assert outcome(backup_decider, given=both, when=take()) == []
    assert outcome(backup_decider, given=both, when=back()) == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (took("2027-02-21", HOSPITAL), "no-backup"),
        (took("2027-02-21", CASE_MANAGER), "no-backup"),
        (took("2027-02-19"), "no-backup"),
        (took("2027-02-14"), "impossible-order"),
    ],
)
def test_only_who_is_backup_in_the_team_on_that_day_takes_over(
    told: BackupTookOver, code: str
) -> None:
    assert refusal(backup_decider, given=[], when=take(told)) == code


@pytest.mark.parametrize("on", ["2027-02-20", "2027-02-25", "2027-02", "unknown"])
def test_that_a_backup_took_over_may_be_told_after_the_backup_left(on: str) -> None:
    left = case_decider.fold([*TEAM, LEFT])

    told = took(on)

    assert outcome(backup_decider, given=[], when=take(told, left)) == [told]


@pytest.mark.parametrize(
    "since", [[LEFT], [replace(LEFT, occurred=BACKUP_ASSIGNED.occurred)], [CLOSED, REOPENED]]
)
def test_nobody_takes_over_after_having_left_the_team(since: list[CaseEvent]) -> None:
    """By a release, also on the day of the assignment, or as the case opened again."""
    case = case_decider.fold([*TEAM, *since])
    late = took("2027-03-04")

    assert refusal(backup_decider, given=[], when=take(late, case)) == "no-backup"


def test_one_takes_over_at_a_time_but_nobody_waits_for_who_left() -> None:
    other = replace(BACKUP_ASSIGNED, case_manager=HOSPITAL, occurred=LEFT.occurred)
    both = case_decider.fold([*TEAM, other])
    left = case_decider.fold([*TEAM, LEFT, other])
    told = took("2027-02-26", HOSPITAL)

    assert refusal(backup_decider, given=[TOOK_OVER], when=take(told, both)) == "taken-over"
    assert outcome(backup_decider, given=[TOOK_OVER], when=take(told, left)) == [told]


def test_whoever_joined_the_team_anew_takes_over_anew() -> None:
    anew = replace(BACKUP_ASSIGNED, occurred=Occurred.parse("2027-02-26"))
    case = case_decider.fold([*TEAM, LEFT, anew])
    again = replace(TOOK_OVER, occurred=AGAIN)

    assert outcome(backup_decider, given=[TOOK_OVER], when=take(again, case)) == [again]


@pytest.mark.parametrize(
    ("before", "told", "code"),
    [
        ([], HANDED_BACK, "not-taken-over"),
        ([TOOK_OVER], replace(HANDED_BACK, backup=CASE_MANAGER), "not-taken-over"),
        ([TOOK_OVER, HANDED_BACK], replace(HANDED_BACK, occurred=AGAIN), "not-taken-over"),
        ([TOOK_OVER], replace(HANDED_BACK, occurred=ASSIGNED.occurred), "not-taken-over"),
    ],
)
def test_only_what_was_taken_over_is_handed_back(
    before: list[BackupEvent], told: BackupHandedBack, code: str
) -> None:
    assert refusal(backup_decider, given=before, when=back(told)) == code


def test_after_a_case_closed_nothing_is_taken_over_or_handed_back() -> None:
    closed = case_decider.fold([*TEAM, CLOSED])
    late = Occurred.parse("2027-06-01")

    over, returned = replace(TOOK_OVER, occurred=late), replace(HANDED_BACK, occurred=late)
    assert refusal(backup_decider, given=[], when=take(over, closed)) == "case-closed"
    assert refusal(backup_decider, given=[TOOK_OVER], when=back(returned, closed)) == "case-closed"


@pytest.mark.parametrize(
    ("then", "until"),
    [
        ([HANDED_BACK], "2027-02-24"),
        ([LEFT], "2027-02-25"),
        ([CLOSED, REOPENED], "2027-03-03"),
        ([], None),
        ([replace(LEFT, case_manager=CASE_MANAGER)], None),
    ],
)
def test_a_backup_stands_in_until_handing_back_or_leaving_the_team(
    then: list[object], until: str | None
) -> None:
    [period] = backup_periods([*TEAM, TOOK_OVER, *then])

    assert (period.backup, period.since, period.until) == (BACKUP, "2027-02-21", until)


DAYS = st.sampled_from([*(Occurred.parse(f"2027-02-{day:02}") for day in range(14, 29)), UNKNOWN])
ASKED = st.one_of(
    st.builds(lambda on: take(replace(TOOK_OVER, occurred=on)), DAYS),
    st.builds(lambda on: take(replace(TOOK_OVER, backup=CASE_MANAGER, occurred=on)), DAYS),
    st.builds(lambda on: back(replace(HANDED_BACK, occurred=on)), DAYS),
)


@given(st.lists(ASKED))
def test_whatever_is_asked_each_return_follows_its_takeover_and_what_is_repeated_adds_nothing(
    commands: list[BackupCommand],
) -> None:
    events = lived(backup_decider, commands)

    told = backup_decider.fold(events).told
    assert sorted(map(repr, told)) == sorted(map(repr, events))
    assert not any(isinstance(event, BackupHandedBack) for event in told[:1])
    assert {event.backup for event in events} <= {BACKUP}
    assert lived(backup_decider, [*commands, *commands[-1:]]) == events
