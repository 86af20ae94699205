"""Facts about consents that tests and demos start from."""

from casefile.consent.events import ConsentGiven, ConsentRefused, ConsentWithdrawn
from events.occurrence import Occurred

GIVEN = ConsentGiven(
    consent="support",
    form="written",
    scopes=("whole-service",),
    studies=(),
    occurred=Occurred.parse("2027-02-18"),
)
WITHDRAWN = ConsentWithdrawn(
    consent="support",
    stops=("access", "appointments", "reminders"),
    occurred=Occurred.parse("2027-02-24"),
)
RESEARCH_REFUSED = ConsentRefused(
    consent="research", reason="too-burdensome", occurred=Occurred.parse("2027-02-19")
)
RESEARCH_GIVEN = ConsentGiven(
    consent="research",
    form="written",
    scopes=("interview", "questionnaire"),
    studies=("evaluation",),
    occurred=Occurred.parse("2027-02-20"),
)
RESEARCH_WITHDRAWN = ConsentWithdrawn(
    consent="research", stops=("study",), occurred=Occurred.parse("2027-02-26")
)
