"""What can have been told of the origin of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginDescribed:
    """What those who work on the case learnt; what is None was not told and stays as it was.

    Dates are partial: when it was `discovered`, when the client was told of it.
    """

    kind: str | None = None
    consequence: str | None = None
    status: str | None = None
    discovered: str | None = None
    disclosed: str | None = None
    disclosed_by: str | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginHeard:
    """What intake told at a position of its log: a date, or an assessment with its codes.

    Told again it stands in the place of the last date, and of that assessment (`corrects`).
    """

    position: int
    origin: str | None = None
    assessment: UUID | None = None
    kind: str | None = None
    consequence: str | None = None
    status: str | None = None
    corrects: UUID | None = None
    occurred: Occurred

    @property
    def subject(self) -> tuple[bool, UUID | None]:
        """What it tells of: the date, or which assessment."""
        return self.origin is not None, self.assessment


OriginEvent = OriginDescribed | OriginHeard

CODEC: Codec[OriginEvent] = Codec(
    {"origin.described.v1": OriginDescribed, "origin.heard.v1": OriginHeard}
)
