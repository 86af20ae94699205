"""Facts about a deadline that tests and demos start from."""

from datetime import date
from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.events import DeadlineMet, DeadlineMissed, DeadlineSet, DeadlineSilenced

CASE_ID = uuid5(NAMESPACE_OID, "case")
FIRST_CONTACT = DEADLINE.beside(CASE_ID, "first-contact")
DUE_ON = date(2027, 2, 18)

SET = DeadlineSet(
    policy="first-contact",
    policy_version=1,
    due_on=DUE_ON,
    silent=False,
    occurred=Occurred.parse("2027-02-15"),
)
MET = DeadlineMet(policy="first-contact", late=False, occurred=Occurred.parse("2027-02-17"))
MET_LATE = DeadlineMet(policy="first-contact", late=True, occurred=Occurred.parse("2027-02-19"))
MISSED = DeadlineMissed(
    policy="first-contact", due_on=DUE_ON, occurred=Occurred.parse("2027-02-19T00:00:00+01:00")
)
SILENCED = DeadlineSilenced(
    policy="first-contact", due_on=DUE_ON, occurred=Occurred.parse("2027-02-19T00:00:00+01:00")
)
