"""What can have happened to a referral."""

from dataclasses import dataclass, field
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred
from intake.offer.events import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralMade:
    """`organisation` only where one referred; the contact data lie in the vault under `contact`.

    `form` is that of the consent to pass them on, where that was not given with an offer.
    """

    source: str
    organisation: UUID | None
    origin: str | None
    contact: UUID
    form: str | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAssessed:
    criterion: str
    outcome: Known
    criteria_version: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What was thought of the origin, `since` when; None where that is not known."""

    assessment: UUID
    since: str | None
    status: str
    kind: str
    consequence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What led to a case, in dates and codes; None where it is not known.

    `assessments` in the order in which they were told; `attempt` of the offer that was accepted.
    `consented`: when consent to pass on contact data was given, as told last, if it stands.
    """

    source: str | None = None
    referred: str | None = None
    consented: str | None = None
    consent_form: str | None = None
    origin: str | None = None
    assessments: tuple[Thought, ...] = ()
    attempt: int | None = None
    channel: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted:
    """With what `led` to it, as far as known by then; that was not kept from the beginning."""

    criteria_version: int
    organisation: UUID | None
    led: Led = field(default_factory=Led)
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralScreenedOut:
    """What was said in people's own words lies in the vault under `explanation`."""

    criteria_version: int
    reason: str
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralWithdrawn:
    reason: str
    explanation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralConsentGiven:
    """Given again, by who came without an offer, with newer contact data under `contact`."""

    form: str
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralConsentWithdrawn:
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralLinked:
    """The desk found that `other` is a referral of the same person for the same reason."""

    other: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralUnlinked:
    other: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOriginDated:
    """The date was learnt late, or is another one than was told, of who came without an offer."""

    origin: str
    occurred: Occurred


ReferralEvent = (
    ReferralMade
    | CriterionAssessed
    | ReferralAccepted
    | ReferralScreenedOut
    | ReferralWithdrawn
    | ReferralConsentGiven
    | ReferralConsentWithdrawn
    | ReferralLinked
    | ReferralUnlinked
    | ReferralOriginDated
)

CODEC: Codec[ReferralEvent] = Codec(
    {
        "referral.made.v1": ReferralMade,
        "referral.criterion-assessed.v1": CriterionAssessed,
        "referral.accepted.v1": ReferralAccepted,
        "referral.screened-out.v1": ReferralScreenedOut,
        "referral.withdrawn.v1": ReferralWithdrawn,
        "referral.contact-consent-given.v1": ReferralConsentGiven,
        "referral.contact-consent-withdrawn.v1": ReferralConsentWithdrawn,
        "referral.linked.v1": ReferralLinked,
        "referral.unlinked.v1": ReferralUnlinked,
        "referral.origin-dated.v1": ReferralOriginDated,
    }
)
