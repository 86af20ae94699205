"""The list of cases: who held which, however imprecisely days are known."""

from dataclasses import replace

from casefile.case.events import CaseEvent
from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    BACKUP_ASSIGNED,
    CASE_ID,
    CASE_MANAGER,
    CLOSED,
    CONTACTED,
    OPENED,
    RELEASED,
)
from casefile.views.cases import rows
from events.history import facts
from events.occurrence import Occurred
from events.testing import METADATA, recorded
from events.views import Row

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents")


def held(*events: CaseEvent) -> list[Row]:
    log = [recorded(e, n, metadata=UNDER_PROGRAMME) for n, e in enumerate(events, start=1)]
    return rows(CASE_ID, facts(log))


def test_a_case_has_a_row_for_each_state_with_the_time_in_which_it_held() -> None:
    listed = held(OPENED, ASSIGNED, CONTACTED, BACKUP_ASSIGNED, RELEASED, CLOSED)

    states = [(row["status"], set(row["case_managers"]), row["contacted"]) for row in listed]
    assert states == [
        ("open", set(), False),
        ("open", {CASE_MANAGER}, False),
        ("open", {CASE_MANAGER}, True),
        ("open", {CASE_MANAGER, BACKUP}, True),
        ("open", {BACKUP}, True),
        ("closed", {BACKUP}, True),
    ]
    assert [row["held_until"] for row in listed[:-1]] == [row["held_from"] for row in listed[1:]]


def test_whoever_was_assigned_on_the_day_of_the_opening_is_not_forgotten() -> None:
    at_noon = replace(OPENED, occurred=Occurred.parse("2027-02-16T12:00:00Z"))

    [*_, last] = held(at_noon, ASSIGNED, replace(CLOSED, occurred=ASSIGNED.occurred))

    assert (last["status"], last["case_managers"]) == ("closed", [CASE_MANAGER])


def test_what_is_told_late_takes_its_place() -> None:
    told_late = held(OPENED, CLOSED, ASSIGNED, CONTACTED)

    assert [(row["status"], row["contacted"]) for row in told_late] == [
        ("open", False),
        ("open", False),
        ("open", True),
        ("closed", True),
    ]
