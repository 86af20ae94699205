"""What can have happened to a consent on which something here rests."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """`stops` is what ends by it, until the consent is given again."""

    consent: str
    stops: tuple[str, ...] = ("reminders",)
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """It was given, or given again."""

    consent: str
    occurred: Occurred


ConsentEvent = ConsentWithdrawn | ConsentGiven

# Named when reminders alone rested on consents; what was stored then stops nothing else.
CODEC: Codec[ConsentEvent] = Codec(
    {
        "reminder.stopped.v1": ConsentWithdrawn,
        "reminder.allowed.v1": ConsentGiven,
    }
)
