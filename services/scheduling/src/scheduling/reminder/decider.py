"""Whether reminders of a case have stopped: what happened last counts, however late it is told."""

from dataclasses import dataclass
from operator import attrgetter

from events.commands import StreamType
from events.decider import Decider
from events.history import displacing, latest, repeats
from scheduling.reminder.events import CODEC, ReminderEvent, RemindersAllowed, RemindersStopped

_displaces = displacing(RemindersAllowed, RemindersStopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    told: tuple[ReminderEvent, ...] = ()

    @property
    def standing(self) -> dict[str, ReminderEvent]:
        return latest(self.told, attrgetter("consent"), _displaces)

    @property
    def stopped(self) -> bool:
        """One withdrawal is enough, whatever stands beside it."""
        return any(isinstance(event, RemindersStopped) for event in self.standing.values())


def decide(told: ReminderEvent, reminders: Reminders) -> list[ReminderEvent]:
    standing = reminders.standing.get(told.consent)
    return [] if repeats(told, reminders.told, standing, _displaces) else [told]


def evolve(reminders: Reminders, event: ReminderEvent) -> Reminders:
    return Reminders(told=(*reminders.told, event))


reminder_decider: Decider[Reminders, ReminderEvent, ReminderEvent] = Decider(
    Reminders(), decide, evolve
)
REMINDER = StreamType("reminder", reminder_decider, CODEC)
