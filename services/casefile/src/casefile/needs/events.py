"""What can have happened with the needs of a client system."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedIdentified:
    """`words`: the vault record of what it is about, if that was written down.

    `person`: whose it is, if it is one person's.
    """

    need: UUID
    person: UUID | None = None
    field: str
    theme: str | None
    words: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedMet:
    need: UUID
    met_by: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedClosed:
    """Nothing more is done about it, met or not."""

    need: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferredOut:
    """The client was referred to somebody else, for a need or in general."""

    referral: UUID
    target: str
    need: UUID | None
    occurred: Occurred


NeedsEvent = NeedIdentified | NeedMet | NeedClosed | ReferredOut

CODEC: Codec[NeedsEvent] = Codec(
    {
        "needs.identified.v1": NeedIdentified,
        "needs.met.v1": NeedMet,
        "needs.closed.v1": NeedClosed,
        "needs.referred-out.v1": ReferredOut,
    }
)
