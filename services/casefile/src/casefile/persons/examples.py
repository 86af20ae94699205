"""Facts about a client system that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.persons.events import (
    ClientDeathCorrected,
    ClientDied,
    PersonAdded,
    PersonDetailsChanged,
    PersonRoleChanged,
)
from events.occurrence import Occurred

PATIENT = uuid5(CASE_ID, "patient")
CHILD = uuid5(CASE_ID, "child")
CHILD_CONTACT = uuid5(CASE_ID, "child's contact data")

PATIENT_ADDED = PersonAdded(
    person=PATIENT,
    role="client",
    relation="self",
    mandate=None,
    client_type="patient",
    contact_limits=("cannot-speak",),
    contact=None,
    occurred=Occurred.parse("2027-02-18"),
)
CHILD_ADDED = PersonAdded(
    person=CHILD,
    role="near-person",
    relation="child",
    mandate=None,
    client_type=None,
    contact_limits=(),
    contact=CHILD_CONTACT,
    occurred=Occurred.parse("2027-02-18"),
)
CHILD_SPEAKS = PersonRoleChanged(
    person=CHILD,
    role="spokesperson",
    mandate="by-agreement",
    client_type=None,
    occurred=Occurred.parse("2027-02-20"),
)
CHILD_MOVED = PersonDetailsChanged(
    person=CHILD,
    contact_limits=("language-barrier",),
    contact=uuid5(CASE_ID, "child's newer contact data"),
    occurred=Occurred.parse("2027-02-21"),
)
PATIENT_DIED = ClientDied(person=PATIENT, occurred=Occurred.parse("2027-02-23"))
PATIENT_DIED_EARLIER = ClientDeathCorrected(
    person=PATIENT,
    occurred=Occurred.parse("2027-02-22"),
    corrects=uuid5(CASE_ID, "the event that told of the death"),
)
CHILD_IS_CLIENT = PersonRoleChanged(
    person=CHILD,
    role="client",
    mandate=None,
    client_type="next-of-kin",
    occurred=Occurred.parse("2027-02-24"),
)
