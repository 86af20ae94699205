"""Facts about a referral and its screening that tests and demos start from."""

from events.occurrence import Occurred
from intake.offer.examples import CONTACT
from intake.organisation.examples import HOSPITAL
from intake.referral.events import (
    CriterionAssessed,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
)

MADE = ReferralMade(
    source="hospital",
    organisation=HOSPITAL,
    origin="2027-01-20",
    contact=CONTACT,
    occurred=Occurred.parse("2027-02-13"),
)
SCREENED_ON = Occurred.parse("2027-02-15")
ASSESSED = CriterionAssessed(
    criterion="calamity", outcome="yes", criteria_version=2, occurred=SCREENED_ON
)
ACCEPTED = ReferralAccepted(criteria_version=2, organisation=HOSPITAL, occurred=SCREENED_ON)
SCREENED_OUT = ReferralScreenedOut(criteria_version=2, reason="other-problem", occurred=SCREENED_ON)
