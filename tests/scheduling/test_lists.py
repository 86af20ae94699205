"""The list of deadlines: what was due and what became of it, also when that is told late."""

from dataclasses import replace

import pytest

from events.history import facts
from events.occurrence import Occurred
from events.testing import METADATA, recorded
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
