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
