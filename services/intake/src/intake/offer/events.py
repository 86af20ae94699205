"""What can have happened to a candidate and the offer."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred

Known = Literal["yes", "no", "unknown"]


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
class OriginAssessed:
    """What is thought of the origin; `pending`: nobody had offered by then, nor withheld.

    `organisation`: whose candidate it is; `criteria_version`: which was in force then. Neither was
    kept from the beginning.
    """

    assessment: UUID
    status: str
    kind: str
    consequence: str
    pending: bool
    organisation: UUID | None = None
    criteria_version: int | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCorrected:
    """Stands in the place of the assessment that it corrects; `corrects` is that event's id."""

    assessment: UUID
    status: str
    kind: str
    consequence: str
    pending: bool
    organisation: UUID | None = None
    criteria_version: int | None = None
    corrects: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginDated:
    """The date was learnt late, or is another one than was told."""

    origin: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """`forwards`: only consent to refer was asked for, and whoever is referred to offers.

    `wording`: which version of the text the candidate got.
    """

    attempt: int
    channel: str
    by_function: str
    leaflet: Known = "unknown"
    recipient: str = "unknown"
    route: str | None = None
    wording: str = "unknown"
    forwards: bool = False
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithheld:
    """What people said in their own words lies in the vault under `explanation`, here as below."""

    reason: str
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    attempt: int
    reasons: tuple[str, ...]
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    """`final`: not to be asked again; `again_on`: when the policy would have it offered again."""

    attempt: int
    reasons: tuple[str, ...]
    final: bool = False
    again_on: date | None = None
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUnanswered:
    attempt: int
    again_on: date | None = None
    explanation: UUID | None = None
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
    | OriginAssessed
    | OriginCorrected
    | OriginDated
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
        "offer.origin-assessed.v1": OriginAssessed,
        "offer.origin-corrected.v1": OriginCorrected,
        "offer.origin-dated.v1": OriginDated,
        "offer.made.v1": OfferMade,
        "offer.withheld.v1": OfferWithheld,
        "offer.accepted.v1": OfferAccepted,
        "offer.declined.v1": OfferDeclined,
        "offer.unanswered.v1": OfferUnanswered,
        "offer.contact-consent-given.v1": ContactConsentGiven,
        "offer.contact-consent-withdrawn.v1": ContactConsentWithdrawn,
    }
)
