"""Every event of intake's log, by stored name."""

from events.codec import Codec, joined
from intake.offer.events import CODEC as OFFER
from intake.offer.events import OfferEvent
from intake.organisation.events import CODEC as ORGANISATION
from intake.organisation.events import OrganisationEvent
from intake.referral.events import CODEC as REFERRAL
from intake.referral.events import ReferralEvent

CODEC: Codec[OrganisationEvent | OfferEvent | ReferralEvent] = joined(ORGANISATION, OFFER, REFERRAL)
