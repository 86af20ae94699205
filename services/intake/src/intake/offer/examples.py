"""Facts about a candidate and the offer that tests and demos start from."""

from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from intake.offer.events import (
    CandidateIdentified,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
)
from intake.organisation.examples import HOSPITAL

CANDIDATE = uuid5(NAMESPACE_OID, "candidate")
CONTACT = uuid5(CANDIDATE, "contact")
NEW_CONTACT = uuid5(CANDIDATE, "new contact")

IDENTIFIED = CandidateIdentified(
    organisation=HOSPITAL,
    source="hospital",
    origin="2027-01-20",
    occurred=Occurred.parse("2027-02-01"),
)
OFFERED = OfferMade(
    attempt=1,
    channel="phone",
    by_function="patient-support",
    occurred=Occurred.parse("2027-02-03"),
)
WITHHELD = OfferWithheld(reason="cannot-cope", occurred=Occurred.parse("2027-02-03"))
UNANSWERED = OfferUnanswered(attempt=1, occurred=Occurred.parse("2027-02-10"))
DECLINED = OfferDeclined(
    attempt=1, reasons=("too-much-at-once",), occurred=Occurred.parse("2027-02-10")
)
OFFERED_AGAIN = OfferMade(
    attempt=2,
    channel="letter",
    by_function="complaints-officer",
    occurred=Occurred.parse("2027-02-20"),
)
ACCEPTED = OfferAccepted(attempt=1, reasons=("clear-need",), occurred=Occurred.parse("2027-02-12"))
CONSENTED = ContactConsentGiven(
    form="spoken", contact=CONTACT, occurred=Occurred.parse("2027-02-12")
)
CONSENT_WITHDRAWN = ContactConsentWithdrawn(occurred=Occurred.parse("2027-02-14"))
