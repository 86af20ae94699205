"""What can have happened to a consent on which something here rests."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """`stops` is what ends by it, until the consent is given again.

    Where it was stored without, reminders rested on it; access and appointments did so too.
    """

    consent: str
    stops: tuple[str, ...] = ("access", "appointments", "reminders")
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """It was given, or given again."""

    consent: str
    occurred: Occurred


ConsentEvent = ConsentWithdrawn | ConsentGiven

# Named when reminders were all that here rested on consents.
CODEC: Codec[ConsentEvent] = Codec(
    {
        "reminder.stopped.v1": ConsentWithdrawn,
        "reminder.allowed.v1": ConsentGiven,
    }
)
