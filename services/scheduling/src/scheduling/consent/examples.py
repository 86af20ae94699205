"""Facts about the consents of a case that tests and demos start from."""

from events.occurrence import Occurred
from scheduling.consent.events import ConsentGiven, ConsentWithdrawn

WITHDRAWN = ConsentWithdrawn(
    consent="support",
    stops=("access", "appointments", "reminders"),
    occurred=Occurred.parse("2027-02-16"),
)
GIVEN = ConsentGiven(consent="support", occurred=Occurred.parse("2027-02-17"))
