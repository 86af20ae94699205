"""Whether reminders of a case have stopped: what happened last counts, however late it is told."""

from dataclasses import dataclass
from operator import attrgetter

from events.commands import StreamType
from events.decider import Decider
from events.history import latest
from scheduling.reminder.events import CODEC, ReminderEvent, RemindersStopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    told: tuple[ReminderEvent, ...] = ()

    @property
    def stopped(self) -> bool:
        """One withdrawal is enough, whatever stands beside it."""
        standing = latest(self.told, attrgetter("consent"))
        return any(isinstance(event, RemindersStopped) for event in standing.values())


def decide(told: ReminderEvent, reminders: Reminders) -> list[ReminderEvent]:
    return [] if told in reminders.told else [told]


def evolve(reminders: Reminders, event: ReminderEvent) -> Reminders:
    return Reminders(told=(*reminders.told, event))


reminder_decider: Decider[Reminders, ReminderEvent, ReminderEvent] = Decider(
    Reminders(), decide, evolve
)
REMINDER = StreamType("reminder", reminder_decider, CODEC)
