"""What may be asked of a referral, beside the facts that are told as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from events.occurrence import Occurred
from intake.offer.commands import DateOrigin
from intake.offer.events import Known
from intake.referral.events import (
    ReferralConsentGiven,
    ReferralConsentWithdrawn,
    ReferralLinked,
    ReferralUnlinked,
    ReferralWithdrawn,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReferral:
    """`contact` is None where no consent to pass contact data stands; `agreed`: since when.

    `form` is that of the consent where it comes with the referral, not with an offer.
    """

    source: str
    organisation: UUID | None
    origin: str | None
    accepted: bool
    contact: UUID | None
    agreed: Occurred
    form: str | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What led to a case, in dates and codes; None where it is not known."""

    source: str | None = None
    referred: str | None = None
    origin: str | None = None
    assessment: UUID | None = None
    assessed: str | None = None
    status: str | None = None
    kind: str | None = None
    consequence: str | None = None
    attempt: int | None = None
    channel: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferral:
    """`fits`: whether the outcomes satisfy the rule of the criteria version in force."""

    outcomes: Mapping[str, Known]
    fits: bool
    criteria_version: int
    led: Led = Led()
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOutReferral:
    outcomes: Mapping[str, Known]
    reason: str
    criteria_version: int
    explanation: UUID | None = None
    occurred: Occurred


ReferralCommand = (
    MakeReferral
    | AcceptReferral
    | ScreenOutReferral
    | ReferralWithdrawn
    | ReferralConsentGiven
    | ReferralConsentWithdrawn
    | ReferralLinked
    | ReferralUnlinked
    | DateOrigin
)
