"""The lists: deadlines, appointments and absences, who was in a team; also what is told late."""

from dataclasses import replace

import pytest

from events.history import facts
from events.occurrence import Occurred
from events.testing import METADATA, recorded
from events.views import Row
from scheduling.appointment.examples import (
    APPOINTMENT_ID,
    APPOINTMENTS,
    CANCELLED,
    CONFIRMED,
    HELD,
    PLANNED,
)
from scheduling.case_manager.examples import AWAY, AWAY_SHORTER, NOT_AWAY, TIME
from scheduling.codec import CODEC
from scheduling.consent.examples import GIVEN, WITHDRAWN
from scheduling.deadline.events import DeadlineEvent
from scheduling.deadline.examples import (
    CASE_ID,
    DUE_ON,
    FIRST_CONTACT,
    MET,
    MET_LATE,
    MISSED,
    SET,
)
from scheduling.spell.decider import SPELL
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.team.decider import TEAM
from scheduling.team.examples import BACKUP, BACKUP_JOINED, CASE_MANAGER, DISSOLVED, JOINED, LEFT
from scheduling.views import absences, appointments, teams
from scheduling.views.deadlines import rows

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents")
SET_AT_NOON = replace(SET, occurred=Occurred.parse("2027-02-17T12:00:00Z"))


@pytest.mark.parametrize(
    ("events", "statuses"),
    [
        ([SET, MET], ["open", "met"]),
        ([SET, MISSED], ["open", "missed"]),
        ([SET, MISSED, MET_LATE], ["open", "met"]),
        ([SET, MISSED, MET], ["open", "met"]),
        ([SET_AT_NOON, MET], ["met"]),
    ],
)
def test_a_deadline_has_a_row_for_each_state(
    events: list[DeadlineEvent], statuses: list[str]
) -> None:
    log = [
        recorded(e, n, key=CASE_ID, stream=FIRST_CONTACT, metadata=UNDER_PROGRAMME)
        for n, e in enumerate(events, start=1)
    ]

    found = rows(CASE_ID, facts(log))

    assert [row["status"] for row in found] == statuses
    assert {(row["deadline"], row["due_on"]) for row in found} == {(FIRST_CONTACT, DUE_ON)}


def test_a_deadline_is_in_the_lists_of_those_to_whom_the_case_is_open() -> None:
    told = [SET, JOINED, BACKUP_JOINED, WITHDRAWN, MET]
    log = [
        recorded(
            event,
            number,
            key=CASE_ID,
            stream=FIRST_CONTACT if event in (SET, MET) else TEAM.beside(CASE_ID),
            type=CODEC.encode(event)[0],
            metadata=UNDER_PROGRAMME,
        )
        for number, event in enumerate(told, start=1)
    ]

    found = [(row["status"], row["case_managers"]) for row in rows(CASE_ID, facts(log))]

    assert found[0] == ("open", [CASE_MANAGER])
    assert found[-1] == ("met", [])


def test_a_deadline_says_whether_its_case_is_closed() -> None:
    told = [(SET, FIRST_CONTACT), (ENDED, SPELL.beside(CASE_ID)), (BEGAN, SPELL.beside(CASE_ID))]
    log = [
        recorded(
            event,
            number,
            key=CASE_ID,
            stream=stream,
            type=CODEC.encode(event)[0],
            metadata=UNDER_PROGRAMME,
        )
        for number, (event, stream) in enumerate(told, start=1)
    ]

    assert [row["case_closed"] for row in rows(CASE_ID, facts(log))] == [False, True, False]


def listed(*events: object) -> list[Row]:
    log = [
        recorded(
            event,
            number,
            key=CASE_ID,
            stream=APPOINTMENTS,
            type=CODEC.encode(event)[0],
            metadata=UNDER_PROGRAMME,
        )
        for number, event in enumerate(events, start=1)
    ]
    return appointments.rows(CASE_ID, facts(log))


def test_an_appointment_has_a_row_for_each_state_with_all_that_a_list_shows() -> None:
    found = listed(JOINED, PLANNED, CONFIRMED, HELD)

    assert [(row["status"], row["confirmed_by"], row["attended"]) for row in found] == [
        ("planned", [], None),
        ("confirmed", ["board"], None),
        ("held", ["board"], "yes"),
    ]
    assert {(row["appointment"], row["starts_at"]) for row in found} == {
        (APPOINTMENT_ID, PLANNED.starts_at)
    }
    columns = {*appointments.APPOINTMENTS.table.c.keys()}
    assert columns == {*found[-1], "key", "believed_from", "believed_until"}


def test_of_what_was_called_off_a_list_says_by_whom_and_with_what_notice() -> None:
    last = listed(JOINED, PLANNED, CANCELLED)[-1]

    assert (last["status"], last["cancelled_by"], last["notice_hours"]) == (
        "cancelled",
        "hospital",
        2,
    )


def test_an_appointment_is_for_whoever_holds_the_case_while_consent_to_that_stands() -> None:
    """However late it is told that somebody left, and though nobody knows when consent ended."""
    vague = replace(WITHDRAWN, occurred=Occurred.parse("unknown"))
    left_early = replace(LEFT, occurred=Occurred.parse("2027-02-14"))
    lives: list[tuple[list[object], list[object]]] = [
        ([PLANNED], []),
        ([PLANNED, JOINED], [CASE_MANAGER]),
        ([JOINED, PLANNED, BACKUP_JOINED, LEFT], [BACKUP_JOINED.case_manager]),
        ([JOINED, PLANNED, left_early], []),
        ([JOINED, PLANNED, WITHDRAWN], []),
        ([JOINED, PLANNED, vague], []),
        ([JOINED, PLANNED, WITHDRAWN, GIVEN], [CASE_MANAGER]),
    ]

    for told, seen_by in lives:
        assert listed(*told)[-1]["case_managers"] == seen_by


def test_what_was_not_planned_yet_has_no_row() -> None:
    assert listed(JOINED, CONFIRMED) == []


def test_the_list_of_teams_tells_who_was_in_one_when() -> None:
    told = (JOINED, BACKUP_JOINED, LEFT, DISSOLVED)
    log = [recorded(event, n, key=CASE_ID) for n, event in enumerate(told, start=1)]

    held = {(r["member"], r["held_from"], r["held_until"]) for r in teams.rows(CASE_ID, facts(log))}

    joined, backed, left, dissolved = (event.occurred.at for event in told)
    assert held == {(CASE_MANAGER, joined, left), (BACKUP, backed, dissolved)}


def test_an_absence_has_a_row_for_each_end_that_was_told_until_it_is_withdrawn() -> None:
    told = (AWAY, AWAY_SHORTER, replace(NOT_AWAY, occurred=LEFT.occurred))
    log = [recorded(event, n, key=TIME) for n, event in enumerate(told, start=1)]

    found = absences.rows(TIME, facts(log))

    assert [(row["absence"], row["last_day"]) for row in found] == [
        (AWAY.absence, AWAY.last_day),
        (AWAY.absence, AWAY_SHORTER.last_day),
    ]
    assert found[-1]["held_until"] == LEFT.occurred.at
