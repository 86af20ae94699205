"""Facts about an origin that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.origin.events import OriginDescribed, OriginHeard
from events.occurrence import Occurred

ASSESSMENT = uuid5(CASE_ID, "assessment")

HEARD_DATE = OriginHeard(position=4, origin="2027-01-20", occurred=Occurred.parse("2027-02-15"))
HEARD = OriginHeard(
    position=4,
    assessment=ASSESSMENT,
    kind="unknown",
    consequence="serious-harm",
    status="possible-calamity",
    occurred=Occurred.parse("2027-02-10"),
)
DESCRIBED = OriginDescribed(
    kind="wrong-or-late-diagnosis",
    discovered="2027-01-25",
    disclosed="2027-02",
    disclosed_by="letter",
    occurred=Occurred.parse("2027-02-18"),
)
IS_CALAMITY = OriginDescribed(status="calamity", occurred=Occurred.parse("2027-02-24"))
