"""Facts about a case manager's time that tests and demos start from."""

from datetime import date
from uuid import uuid5

from events.occurrence import Occurred
from scheduling.case_manager.decider import CASE_MANAGER as TIME_OF
from scheduling.case_manager.events import (
    AbsenceChanged,
    AbsenceRecorded,
    AbsenceWithdrawn,
    AddressGiven,
    CapacitySet,
)
from scheduling.team.examples import CASE_MANAGER

ABSENCE_ID = uuid5(CASE_MANAGER, "absence")
TIME = TIME_OF.beside(CASE_MANAGER)

CAPACITY = CapacitySet(case_manager=CASE_MANAGER, cases=12, occurred=Occurred.parse("2027-02-01"))
ADDRESS = AddressGiven(
    case_manager=CASE_MANAGER,
    contact=uuid5(CASE_MANAGER, "address"),
    occurred=Occurred.parse("2027-02-01"),
)
AWAY = AbsenceRecorded(
    absence=ABSENCE_ID,
    case_manager=CASE_MANAGER,
    first_day=date(2027, 2, 18),
    last_day=date(2027, 2, 24),
    occurred=Occurred.parse("2027-02-16"),
)
AWAY_SHORTER = AbsenceChanged(
    absence=ABSENCE_ID,
    case_manager=CASE_MANAGER,
    first_day=date(2027, 2, 18),
    last_day=date(2027, 2, 21),
    occurred=Occurred.parse("2027-02-21"),
)
NOT_AWAY = AbsenceWithdrawn(
    absence=ABSENCE_ID,
    case_manager=CASE_MANAGER,
    occurred=Occurred.parse("2027-02-17"),
)
