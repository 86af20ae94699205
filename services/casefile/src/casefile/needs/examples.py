"""Facts about needs that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.needs.events import NeedClosed, NeedIdentified, NeedMet, ReferredOut
from events.occurrence import Occurred

NEED_ID = uuid5(CASE_ID, "need")
OTHER_NEED_ID = uuid5(CASE_ID, "other need")

IDENTIFIED = NeedIdentified(
    need=NEED_ID,
    field="practical",
    theme="practical",
    words=uuid5(CASE_ID, "what the need is about"),
    occurred=Occurred.parse("2027-02-18"),
)
OTHER_IDENTIFIED = NeedIdentified(
    need=OTHER_NEED_ID,
    field="psychosocial",
    theme=None,
    words=None,
    occurred=Occurred.parse("2027-02-19"),
)
MET = NeedMet(need=NEED_ID, met_by="case-manager", occurred=Occurred.parse("2027-02-24"))
NEED_CLOSED = NeedClosed(need=NEED_ID, occurred=Occurred.parse("2027-02-25"))
REFERRED = ReferredOut(
    referral=uuid5(CASE_ID, "referral out"),
    target="grief-support",
    need=OTHER_NEED_ID,
    occurred=Occurred.parse("2027-02-26"),
)
