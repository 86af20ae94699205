"""Whose load a case is, and when."""

from collections.abc import Sequence

from analytics.examples import BACKUP, CASE_MANAGER, HOSPITAL, KEY, told
from analytics.log import Fact
from analytics.views.caseload import caseload
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
    ClientConditionChanged,
    ClientDied,
    ClientRegionRecorded,
    HeavyMarkRemoved,
    HeavyMarkSet,
)
from events.history import FOREVER, facts
from events.occurrence import Occurred
from programmes.loader import load

rows = caseload(load()).rows
OPENED = told(1, CaseOpened(organisation=HOSPITAL, spell=1), "2019-01-10")
CLOSED = told(9, CaseClosed(reason="support-completed", spell=1), "2020-01-10")

REOPENED = told(10, CaseReopened(reason="new-need", spell=2), "2020-03-01")


def assigned(position: int, occurred: str, role: str = "case-manager") -> Fact:
    return told(position, CaseManagerAssigned(case_manager=CASE_MANAGER, role=role), occurred)


def periods(told_facts: Sequence[Fact]) -> list[tuple[object, str, object, object]]:
    found = rows(KEY, facts(told_facts))
    return [(r["case_manager"], r["role"], r["held_from"], r["held_until"]) for r in found]


def standing(told_facts: Sequence[Fact], name: str) -> list[tuple[object, object]]:
    """What a column says, and since when."""
    return [(r[name], r["held_from"]) for r in rows(KEY, facts(told_facts))]


def at(day: str) -> object:
    return Occurred.parse(day).at


def test_a_case_is_a_load_from_assignment_to_closing() -> None:
    assert periods([OPENED, assigned(2, "2019-01-12"), CLOSED]) == [
        (CASE_MANAGER, "case-manager", at("2019-01-12"), at("2020-01-10"))
    ]


def test_a_case_is_a_load_until_the_closing_as_it_was_put_right() -> None:
    type_ = "leidraad.casefile.case-closing-corrected.v1"
    right = told(10, CLOSED.event, "2020-02-10", type_=type_, corrects=CLOSED.id)

    [period] = periods([OPENED, assigned(2, "2019-01-12"), CLOSED, right])

    assert period[3] == at("2020-02-10")


def test_a_death_on_another_day_marks_the_case_from_that_day() -> None:
    type_ = "leidraad.casefile.client-death-corrected.v1"
    died = told(3, ClientDied(person=None), "2019-03-01")
    right = told(4, died.event, "2019-02-01", type_=type_, recorded="2019-05-01", corrects=died.id)

    heavy = standing([OPENED, assigned(2, "2019-01-12"), died, right], "heavy")

    assert heavy == [(False, at("2019-01-12")), (True, at("2019-02-01"))]


def test_a_case_is_no_load_before_it_opens() -> None:
    assert periods([OPENED, assigned(2, "2019-01-05")]) == [
        (CASE_MANAGER, "case-manager", at("2019-01-10"), FOREVER)
    ]


def test_a_release_ends_the_load_of_who_leaves_and_the_case_counts_with_who_stays() -> None:
    told_facts = [
        OPENED,
        assigned(2, "2019-01-12"),
        told(3, CaseManagerAssigned(case_manager=BACKUP, role="backup"), "2019-02-01"),
        told(4, CaseManagerReleased(case_manager=CASE_MANAGER), "2019-03-01"),
    ]

    assert sorted(periods(told_facts), key=lambda period: period[1:3]) == [
        (BACKUP, "backup", at("2019-02-01"), at("2019-03-01")),
        (BACKUP, "backup", at("2019-03-01"), FOREVER),
        (CASE_MANAGER, "case-manager", at("2019-01-12"), at("2019-03-01")),
    ]
    assert sorted(standing(told_facts, "counted"), key=lambda row: str(row[1])) == [
        (True, at("2019-01-12")),
        (False, at("2019-02-01")),
        (True, at("2019-03-01")),
    ]


def test_another_role_is_another_period() -> None:
    assert periods([OPENED, assigned(2, "2019-01-12", "backup"), assigned(3, "2019-02-01")]) == [
        (CASE_MANAGER, "backup", at("2019-01-12"), at("2019-02-01")),
        (CASE_MANAGER, "case-manager", at("2019-02-01"), FOREVER),
    ]


def test_a_case_that_opens_again_begins_without_a_team() -> None:
    assert periods([OPENED, assigned(2, "2019-01-12"), CLOSED, REOPENED]) == [
        (CASE_MANAGER, "case-manager", at("2019-01-12"), at("2020-01-10"))
    ]


def test_a_case_that_opened_again_is_a_load_until_it_closes_again() -> None:
    anew = assigned(11, "2020-03-02", "backup")
    closed = told(12, CaseClosed(reason="settled", spell=2), "2020-06-01")

    assert periods([OPENED, assigned(2, "2019-01-12"), CLOSED, REOPENED, anew, closed]) == [
        (CASE_MANAGER, "case-manager", at("2019-01-12"), at("2020-01-10")),
        (CASE_MANAGER, "backup", at("2020-03-02"), at("2020-06-01")),
    ]


def test_a_team_that_was_told_of_without_an_end_does_not_outlast_its_spell() -> None:
    late = assigned(11, "2019-05-01")

    assert periods([OPENED, CLOSED, REOPENED, late]) == [
        (CASE_MANAGER, "case-manager", at("2019-05-01"), at("2020-01-10"))
    ]


def test_who_was_assigned_after_a_closing_is_not_in_the_team_of_the_next_spell() -> None:
    reopened = told(11, REOPENED.event, "2020-03-01")

    assert periods([OPENED, CLOSED, assigned(10, "2020-01-10"), reopened]) == []


def test_a_closing_of_unknown_day_ends_no_load_of_the_spell_after_it() -> None:
    type_ = "leidraad.casefile.case-closing-corrected.v1"
    anew = assigned(11, "2020-03-02")
    undated = told(
        12, CLOSED.event, "unknown", type_=type_, recorded="2020-05-01", corrects=CLOSED.id
    )

    assert periods([OPENED, CLOSED, REOPENED, anew, undated]) == [
        (CASE_MANAGER, "case-manager", at("2020-03-02"), FOREVER)
    ]


def test_a_region_is_unknown_until_it_is_told_and_another_after_a_move() -> None:
    lived = told(3, ClientRegionRecorded(region="utrecht"), "2019-02-01")
    moved = told(4, ClientRegionRecorded(region="limburg"), "2019-03-01")

    assert standing([OPENED, assigned(2, "2019-01-12"), lived, moved], "region") == [
        ("unknown", at("2019-01-12")),
        ("utrecht", at("2019-02-01")),
        ("limburg", at("2019-03-01")),
    ]


def test_a_case_is_heavy_by_what_the_programme_names_until_the_mark_is_taken_away() -> None:
    worse = told(3, ClientConditionChanged(condition="worsened"), "2019-02-01")
    critical = told(4, ClientConditionChanged(condition="critical"), "2019-03-01")
    removed = told(5, HeavyMarkRemoved(reason="heavy-no-longer"), "2019-04-01")
    died = told(6, ClientDied(person=None), "2019-05-01")

    known = [OPENED, assigned(2, "2019-01-12"), worse, critical, removed, died]
    assert standing(known, "heavy") == [
        (False, at("2019-01-12")),
        (True, at("2019-03-01")),
        (False, at("2019-04-01")),
        (True, at("2019-05-01")),
    ]


def test_a_case_is_heavy_by_what_is_said_also_where_that_comes_before_the_assignment() -> None:
    marked = told(2, HeavyMarkSet(reason="other"), "2019-01-11")

    assert standing([OPENED, marked, assigned(3, "2019-01-12")], "heavy") == [
        (True, at("2019-01-12"))
    ]
