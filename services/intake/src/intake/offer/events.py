"""What can have happened to a candidate and the offer."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateIdentified:
    """`origin` is when that happened which brought the candidate here, as far as known.

    `source` is the kind of the organisation, and so the source of a referral that it makes.
    """

    organisation: UUID
    source: str
    origin: str | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    attempt: int
    channel: str
    by_function: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithheld:
    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    attempt: int
    reasons: tuple[str, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    attempt: int
    reasons: tuple[str, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUnanswered:
    attempt: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConsentGiven:
    """The contact data lie in the vault under `contact`."""

    form: str
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConsentWithdrawn:
    occurred: Occurred


OfferEvent = (
    CandidateIdentified
    | OfferMade
    | OfferWithheld
    | OfferAccepted
    | OfferDeclined
    | OfferUnanswered
    | ContactConsentGiven
    | ContactConsentWithdrawn
)

CODEC: Codec[OfferEvent] = Codec(
    {
        "offer.candidate-identified.v1": CandidateIdentified,
        "offer.made.v1": OfferMade,
        "offer.withheld.v1": OfferWithheld,
        "offer.accepted.v1": OfferAccepted,
        "offer.declined.v1": OfferDeclined,
        "offer.unanswered.v1": OfferUnanswered,
        "offer.contact-consent-given.v1": ContactConsentGiven,
        "offer.contact-consent-withdrawn.v1": ContactConsentWithdrawn,
    }
)
