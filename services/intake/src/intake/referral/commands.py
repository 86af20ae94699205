"""What may be asked of a referral, beside the facts that are told as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from events.occurrence import Occurred
from intake.offer.commands import DateOrigin
from intake.offer.events import Known
from intake.referral.events import (
    Led,
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
class AcceptReferral:
    """`fits`: whether the outcomes satisfy the rule of the criteria version in force."""

    outcomes: Mapping[str, Known]
    fits: bool
    criteria_version: int
    led: Led = field(default_factory=Led)
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
