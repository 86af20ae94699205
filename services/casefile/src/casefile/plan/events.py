"""What can have been agreed on with a client."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMade:
    """A code of the kind's vocabulary, or words in the vault; it takes the place of the last."""

    agreement: UUID
    kind: str
    value: str | None
    words: UUID | None
    occurred: Occurred


PlanEvent = AgreementMade

CODEC: Codec[PlanEvent] = Codec({"plan.agreement-made.v1": AgreementMade})
