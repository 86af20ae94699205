"""What can have happened with the consents of a case."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """`studies` are those of which the case is a member while this consent holds."""

    consent: str
    form: str
    scopes: tuple[str, ...]
    studies: tuple[str, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """`stops` is what ends with it, as the programme said at the time."""

    consent: str
    stops: tuple[str, ...]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused:
    """It was asked for, and not given; nothing ends with that."""

    consent: str
    reason: str
    occurred: Occurred


ConsentEvent = ConsentGiven | ConsentWithdrawn | ConsentRefused

CODEC: Codec[ConsentEvent] = Codec(
    {
        "consent.given.v1": ConsentGiven,
        "consent.withdrawn.v1": ConsentWithdrawn,
        "consent.refused.v1": ConsentRefused,
    }
)
