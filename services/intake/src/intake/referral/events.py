"""What can have happened to a referral."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred

Outcome = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralMade:
    """`organisation` only where one referred; the contact data lie in the vault under `contact`."""

    source: str
    organisation: UUID | None
    origin: str | None
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAssessed:
    criterion: str
    outcome: Outcome
    criteria_version: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted:
    criteria_version: int
    organisation: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralScreenedOut:
    criteria_version: int
    reason: str
    occurred: Occurred


ReferralEvent = ReferralMade | CriterionAssessed | ReferralAccepted | ReferralScreenedOut

CODEC: Codec[ReferralEvent] = Codec(
    {
        "referral.made.v1": ReferralMade,
        "referral.criterion-assessed.v1": CriterionAssessed,
        "referral.accepted.v1": ReferralAccepted,
        "referral.screened-out.v1": ReferralScreenedOut,
    }
)
