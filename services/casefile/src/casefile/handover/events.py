"""What can have happened with the handovers of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOffered:
    """`words`: the vault record of what the receiver has to know, if that was written down."""

    handover: UUID
    giver: UUID
    receiver: UUID
    reason: str
    words: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAcknowledged:
    """The receiver has read the file, and says so."""

    handover: UUID
    receiver: UUID
    occurred: Occurred


HandoverEvent = HandoverOffered | HandoverAcknowledged

CODEC: Codec[HandoverEvent] = Codec(
    {
        "handover.offered.v1": HandoverOffered,
        "handover.acknowledged.v1": HandoverAcknowledged,
    }
)
