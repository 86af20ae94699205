"""Every event of intake's log, by stored name."""

from typing import Any

from events.codec import Codec, joined
from intake.offer.events import CODEC as OFFER
from intake.organisation.events import CODEC as ORGANISATION
from intake.referral.events import CODEC as REFERRAL

CODEC: Codec[Any] = joined(ORGANISATION, OFFER, REFERRAL)
