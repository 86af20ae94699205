"""What may be asked of an offer, beside the facts that are told as they are."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.occurrence import Occurred
from intake.offer.events import (
    CandidateIdentified,
    ContactConsentWithdrawn,
    Known,
    OfferWithheld,
    OriginAssessed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The policy: how many there may be, and after how many days one that failed is repeated.

    Where nobody knows when it failed, the days count from `told_on`.
    """

    most: int
    again_after_days: int
    told_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyCandidate:
    """`assessed`: what is thought of the origin from the beginning."""

    identified: CandidateIdentified
    assessed: OriginAssessed
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessOrigin:
    """`corrects`: the event that told of this assessment last, where it is put right."""

    assessment: UUID
    status: str
    kind: str
    consequence: str
    criteria_version: int
    corrects: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOrigin:
    """`told`: when all happened that is told by now of whom it brought here."""

    origin: str
    told: tuple[Occurred, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer:
    channel: str
    by_function: str
    leaflet: Known = "unknown"
    recipient: str = "unknown"
    route: str | None = None
    wording: str = "unknown"
    forwards: bool = False
    most: int | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Leave to pass on the contact data that lie in the vault under `contact`."""

    form: str
    contact: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """Consent without an answer: before the offer where that is left to others, or after it."""

    consent: Consent
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer:
    """`by_programme`, here as below: the programme itself records what it was answered.

    `heard`, here as below: whether why people answered last is known to whoever tells this.
    """

    reasons: tuple[str, ...]
    consent: Consent | None
    by_programme: bool
    heard: bool = True
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer:
    """`referred`: whether a referral was made, after which a yes is not taken back."""

    reasons: tuple[str, ...]
    referred: bool
    by_programme: bool
    heard: bool = True
    final: bool = False
    attempts: Attempts | None = None
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNoResponse:
    referred: bool
    by_programme: bool
    attempts: Attempts | None = None
    explanation: UUID | None = None
    occurred: Occurred


Step = (
    MakeOffer
    | OfferWithheld
    | GiveConsent
    | AcceptOffer
    | DeclineOffer
    | NoteNoResponse
    | ContactConsentWithdrawn
)
OfferCommand = CandidateIdentified | IdentifyCandidate | AssessOrigin | DateOrigin | Step
