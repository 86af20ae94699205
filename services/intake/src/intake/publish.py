"""What others may know of intake's log."""

from dataclasses import asdict

from events.contracts.intake import CONTRACTS, ReferralAccepted
from events.publishing import Entry, publishing
from events.relay import Published
from events.store import Recorded
from intake.codec import CODEC
from intake.offer import events as offer
from intake.organisation import events as organisation
from intake.referral import events as referral


def _accepted(recorded: Recorded[referral.ReferralAccepted]) -> Published:
    told = recorded.event
    fields = {"criteria_version": told.criteria_version, "organisation": told.organisation}
    return "referral-accepted", ReferralAccepted.model_validate(fields | asdict(told.led))


PUBLISHED: dict[type, Entry] = {
    organisation.OrganisationRegistered: "organisation-registered",
    offer.CandidateIdentified: "candidate-identified",
    offer.OriginAssessed: "origin-assessed",
    offer.OriginCorrected: "origin-assessed",
    offer.OriginDated: "origin-dated",
    offer.OfferMade: "offer-made",
    offer.OfferWithheld: "offer-withheld",
    offer.OfferAccepted: "offer-accepted",
    offer.OfferDeclined: "offer-declined",
    offer.OfferUnanswered: "offer-unanswered",
    offer.ContactConsentGiven: "contact-consent-given",
    offer.ContactConsentWithdrawn: "contact-consent-withdrawn",
    referral.ReferralMade: "referral-made",
    referral.CriterionAssessed: "criterion-assessed",
    referral.ReferralAccepted: _accepted,
    referral.ReferralScreenedOut: "referral-screened-out",
    referral.ReferralWithdrawn: "referral-withdrawn",
    referral.ReferralConsentGiven: "contact-consent-given",
    referral.ReferralConsentWithdrawn: "contact-consent-withdrawn",
    referral.ReferralLinked: "referral-linked",
    referral.ReferralUnlinked: "referral-unlinked",
    referral.ReferralOriginDated: "origin-dated",
}
KEPT = (organisation.AddressChanged,)

publish = publishing(CODEC, CONTRACTS, PUBLISHED, KEPT)
