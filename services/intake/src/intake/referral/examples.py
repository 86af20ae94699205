"""Facts about a referral and its screening that tests and demos start from."""

from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from intake.offer.examples import CONTACT, EXPLANATION, NEW_CONTACT
from intake.organisation.examples import HOSPITAL
from intake.referral.events import (
    CriterionAssessed,
    ReferralAccepted,
    ReferralConsentGiven,
    ReferralConsentWithdrawn,
    ReferralLinked,
    ReferralMade,
    ReferralOriginDated,
    ReferralScreenedOut,
    ReferralUnlinked,
    ReferralWithdrawn,
)

MADE = ReferralMade(
    source="hospital",
    organisation=HOSPITAL,
    origin="2027-01-20",
    contact=CONTACT,
    occurred=Occurred.parse("2027-02-13"),
)
OTHER_REFERRAL = uuid5(NAMESPACE_OID, "another referral of the same person")
ENTERED = ReferralMade(
    source="self",
    organisation=None,
    origin="2027-01-20",
    contact=CONTACT,
    form="spoken",
    occurred=Occurred.parse("2027-02-13"),
)
CONSENT_GIVEN = ReferralConsentGiven(
    form="written", contact=NEW_CONTACT, occurred=Occurred.parse("2027-02-20")
)
CONSENT_WITHDRAWN = ReferralConsentWithdrawn(occurred=Occurred.parse("2027-02-16"))
LINKED = ReferralLinked(other=OTHER_REFERRAL, occurred=Occurred.parse("2027-02-14"))
UNLINKED = ReferralUnlinked(other=OTHER_REFERRAL, occurred=Occurred.parse("2027-02-17"))
DATED = ReferralOriginDated(origin="2027-01-18", occurred=Occurred.parse("2027-02-25"))
WITHDRAWN = ReferralWithdrawn(
    reason="client-changed-mind",
    explanation=EXPLANATION,
    occurred=Occurred.parse("2027-02-14"),
)
SCREENED_ON = Occurred.parse("2027-02-15")
ASSESSED = CriterionAssessed(
    criterion="calamity", outcome="yes", criteria_version=2, occurred=SCREENED_ON
)
ACCEPTED = ReferralAccepted(criteria_version=2, organisation=HOSPITAL, occurred=SCREENED_ON)
SCREENED_OUT = ReferralScreenedOut(criteria_version=2, reason="other-problem", occurred=SCREENED_ON)
