"""Facts of a journal that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID, CASE_MANAGER
from casefile.journal.events import ActivityCorrected, ActivityLogged
from events.occurrence import Occurred

ACTIVITY = uuid5(CASE_ID, "activity")
LOGGED_AS = uuid5(CASE_ID, "the event that logged it")

LOGGED = ActivityLogged(
    activity=ACTIVITY,
    case_manager=CASE_MANAGER,
    category="contact",
    type="home-visit",
    contact_minutes=75,
    travel_minutes=40,
    registration_minutes=10,
    occurred=Occurred.parse("2027-02-18"),
)
REPORT = uuid5(CASE_ID, "report")
ATTENDED = ActivityLogged(
    activity=uuid5(CASE_ID, "meeting"),
    case_manager=CASE_MANAGER,
    category="hospital",
    type="attend-meeting",
    contact_minutes=90,
    travel_minutes=60,
    registration_minutes=20,
    participants=("client", "informal-carer"),
    attended="yes",
    tags=("decision-by-client",),
    boundary_doubts=("advice-or-information",),
    treatment={"apology": "yes", "recognition": "no"},
    report=REPORT,
    occurred=Occurred.parse("2027-02-24"),
)
CORRECTED = ActivityCorrected(
    activity=ACTIVITY,
    case_manager=CASE_MANAGER,
    category="contact",
    type="home-visit",
    contact_minutes=90,
    travel_minutes=40,
    registration_minutes=10,
    occurred=Occurred.parse("2027-02-19"),
    corrects=LOGGED_AS,
)
