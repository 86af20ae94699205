"""What others may know of intake's log: a contract for each event that is theirs too."""

from typing import assert_never

from events.contracts import intake as contracts
from events.relay import Published
from events.store import Json, Recorded
from intake.codec import CODEC
from intake.offer import events as offer
from intake.organisation import events as organisation
from intake.referral import events as referral


def publish(recorded: Recorded[Json]) -> Published | None:
    event: organisation.OrganisationEvent | offer.OfferEvent | referral.ReferralEvent
    event = CODEC.decode(recorded).event
    match event:
        case organisation.OrganisationRegistered(kind=kind):
            return "organisation-registered", contracts.OrganisationRegistered(kind=kind)
        case organisation.AddressChanged():
            return None
        case referral.ReferralMade() | referral.CriterionAssessed():
            return _referral(event)
        case referral.ReferralAccepted() | referral.ReferralScreenedOut():
            return _screened(event)
        case _:
            return _offer(event)


def _offer(event: offer.OfferEvent) -> Published:
    match event:
        case offer.CandidateIdentified(organisation=organisation, origin=origin):
            return "candidate-identified", contracts.CandidateIdentified(
                organisation=organisation, origin=origin
            )
        case offer.OfferMade(attempt=attempt, channel=channel, by_function=by_function):
            return "offer-made", contracts.OfferMade(
                attempt=attempt, channel=channel, by_function=by_function
            )
        case offer.OfferWithheld(reason=reason):
            return "offer-withheld", contracts.OfferWithheld(reason=reason)
        case offer.OfferAccepted(attempt=attempt, reasons=reasons):
            accepted = contracts.OfferAccepted(attempt=attempt, reasons=list(reasons))
            return "offer-accepted", accepted
        case offer.OfferDeclined(attempt=attempt, reasons=reasons):
            declined = contracts.OfferDeclined(attempt=attempt, reasons=list(reasons))
            return "offer-declined", declined
        case offer.OfferUnanswered(attempt=attempt):
            return "offer-unanswered", contracts.OfferUnanswered(attempt=attempt)
        case offer.ContactConsentGiven(form=form):
            return "contact-consent-given", contracts.ContactConsentGiven(form=form)
        case offer.ContactConsentWithdrawn():
            return "contact-consent-withdrawn", contracts.ContactConsentWithdrawn()
        case _:
            assert_never(event)


def _referral(event: referral.ReferralMade | referral.CriterionAssessed) -> Published:
    match event:
        case referral.ReferralMade(source=source, organisation=organisation, origin=origin):
            return "referral-made", contracts.ReferralMade(
                source=source, organisation=organisation, origin=origin
            )
        case referral.CriterionAssessed(criterion=criterion, outcome=outcome):
            return "criterion-assessed", contracts.CriterionAssessed(
                criterion=criterion, outcome=outcome, criteria_version=event.criteria_version
            )
        case _:
            assert_never(event)


def _screened(event: referral.ReferralAccepted | referral.ReferralScreenedOut) -> Published:
    match event:
        case referral.ReferralAccepted(criteria_version=version, organisation=organisation):
            return "referral-accepted", contracts.ReferralAccepted(
                criteria_version=version, organisation=organisation
            )
        case referral.ReferralScreenedOut(criteria_version=version, reason=reason):
            return "referral-screened-out", contracts.ReferralScreenedOut(
                criteria_version=version, reason=reason
            )
        case _:
            assert_never(event)
