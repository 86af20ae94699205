"""Whether reminders of a case have stopped: what happened last counts, however late it is told."""

from dataclasses import dataclass
from operator import attrgetter

from events.commands import StreamType
from events.decider import Decider
from events.history import latest, not_before, reopens, repeats
from scheduling.reminder.events import CODEC, ReminderEvent, RemindersAllowed, RemindersStopped


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


def _displaces(told: ReminderEvent, before: ReminderEvent) -> bool:
    """As casefile has it for the consents."""
    opens = isinstance(told, RemindersAllowed) and isinstance(before, RemindersStopped)
    return reopens(told, before) if opens else not_before(told, before)


def evolve(reminders: Reminders, event: ReminderEvent) -> Reminders:
    return Reminders(told=(*reminders.told, event))


reminder_decider: Decider[Reminders, ReminderEvent, ReminderEvent] = Decider(
    Reminders(), decide, evolve
)
REMINDER = StreamType("reminder", reminder_decider, CODEC)
