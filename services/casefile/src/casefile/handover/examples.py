"""Facts about handovers that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import BACKUP, CASE_ID, CASE_MANAGER
from casefile.handover.events import HandoverAcknowledged, HandoverOffered
from events.occurrence import Occurred

HANDOVER_ID = uuid5(CASE_ID, "handover")

OFFERED = HandoverOffered(
    handover=HANDOVER_ID,
    giver=CASE_MANAGER,
    receiver=BACKUP,
    reason="absence",
    words=uuid5(CASE_ID, "what the receiver has to know"),
    occurred=Occurred.parse("2027-02-21"),
)
ACKNOWLEDGED = HandoverAcknowledged(
    handover=HANDOVER_ID, receiver=BACKUP, occurred=Occurred.parse("2027-02-22")
)
