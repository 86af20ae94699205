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
    OriginAssessed,
    OriginCorrected,
    OriginDated,
)
from intake.organisation.examples import HOSPITAL

CANDIDATE = uuid5(NAMESPACE_OID, "candidate")
CONTACT = uuid5(CANDIDATE, "contact")
NEW_CONTACT = uuid5(CANDIDATE, "new contact")
EXPLANATION = uuid5(CANDIDATE, "explanation")
ASSESSMENT = uuid5(CANDIDATE, "assessment")
ASSESSED_AS = uuid5(CANDIDATE, "the event that told of the assessment")

IDENTIFIED = CandidateIdentified(
    organisation=HOSPITAL,
    source="hospital",
    origin="2027-01-20",
    occurred=Occurred.parse("2027-02-01"),
)
ASSESSED = OriginAssessed(
    assessment=ASSESSMENT,
    status="possible-calamity",
    kind="late-response",
    consequence="serious-harm",
    pending=True,
    organisation=HOSPITAL,
    criteria_version=2,
    occurred=IDENTIFIED.occurred,
)
ORIGIN_CORRECTED = OriginCorrected(
    assessment=ASSESSMENT,
    status="no-calamity",
    kind="late-response",
    consequence="serious-harm",
    pending=True,
    organisation=HOSPITAL,
    criteria_version=2,
    corrects=ASSESSED_AS,
    occurred=IDENTIFIED.occurred,
)
DATED = OriginDated(origin="2027-01-18", occurred=Occurred.parse("2027-02-25"))
OFFERED = OfferMade(
    attempt=1,
    channel="phone",
    by_function="patient-support",
    leaflet="yes",
    recipient="near-person",
    route="hospital-offers",
    wording="agreed-name",
    occurred=Occurred.parse("2027-02-03"),
)
WITHHELD = OfferWithheld(reason="cannot-cope", occurred=Occurred.parse("2027-02-03"))
FORWARDED = OfferMade(
    attempt=1,
    channel="face-to-face",
    by_function="doctor",
    route="direct-forwarding",
    forwards=True,
    occurred=Occurred.parse("2027-02-03"),
)
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
DECLINED_FOR_GOOD = OfferDeclined(
    attempt=1,
    reasons=("no-stranger",),
    final=True,
    explanation=EXPLANATION,
    occurred=Occurred.parse("2027-02-20"),
)
CONSENT_WITHDRAWN = ContactConsentWithdrawn(occurred=Occurred.parse("2027-02-14"))
