"""Facts about tracks that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.track.events import StepCorrected, StepRecorded, TrackOpened
from events.occurrence import Occurred

INVESTIGATION = uuid5(CASE_ID, "calamity investigation")
CLAIM = uuid5(CASE_ID, "liability claim")

INVESTIGATION_OPENED = TrackOpened(
    track="calamity-investigation", occurred=Occurred.parse("2027-01-21")
)
INVESTIGATION_STARTED = StepRecorded(
    track="calamity-investigation",
    step="started",
    outcome=None,
    occurred=Occurred.parse("2027-01-26"),
)
CLAIM_OPENED = TrackOpened(track="liability", occurred=Occurred.parse("2027-02-20"))
ENTRY = uuid5(CLAIM, "claim filed")
CLAIM_FILED = StepRecorded(
    track="liability",
    step="claim-filed",
    outcome=None,
    entry=ENTRY,
    occurred=Occurred.parse("2027-02-28"),
)
CLAIM_FILED_EARLIER = StepCorrected(
    track="liability",
    step="claim-filed",
    outcome=None,
    data={},
    entry=ENTRY,
    occurred=Occurred.parse("2027-02-26"),
    corrects=uuid5(CLAIM, "the event that recorded it"),
)
