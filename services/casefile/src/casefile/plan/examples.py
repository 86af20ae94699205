"""Facts about agreements that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.plan.events import AgreementMade
from events.occurrence import Occurred

TAKES_OVER = AgreementMade(
    agreement=uuid5(CASE_ID, "mode"),
    kind="mode",
    value="web",
    words=None,
    occurred=Occurred.parse("2027-02-18"),
)
LEADS_ALONE = AgreementMade(
    agreement=uuid5(CASE_ID, "newer mode"),
    kind="mode",
    value="sparring",
    words=None,
    occurred=Occurred.parse("2027-02-24"),
)
AVAILABLE = AgreementMade(
    agreement=uuid5(CASE_ID, "availability"),
    kind="availability",
    value=None,
    words=uuid5(CASE_ID, "when one may call"),
    occurred=Occurred.parse("2027-02-18"),
)
