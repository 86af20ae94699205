"""What can have happened to the reminders of a case."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindersStopped:
    """The consent on which they rest was withdrawn."""

    consent: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindersAllowed:
    """That consent was given, or given again."""

    consent: str
    occurred: Occurred


ReminderEvent = RemindersStopped | RemindersAllowed

CODEC: Codec[ReminderEvent] = Codec(
    {
        "reminder.stopped.v1": RemindersStopped,
        "reminder.allowed.v1": RemindersAllowed,
    }
)
