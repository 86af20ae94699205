"""Whether reminders of a case have stopped: what happened last counts, however late it is told."""

from dataclasses import dataclass

from events.commands import StreamType
from events.decider import Decider
from scheduling.reminder.events import CODEC, ReminderEvent, RemindersStopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    told: tuple[ReminderEvent, ...] = ()

    @property
    def stopped(self) -> bool:
        """One withdrawal is enough, whatever stands beside it."""
        last: dict[str, ReminderEvent] = {}
        for event in self.told:
            before = last.get(event.consent)
            if before is None or not event.occurred.certainly_before(before.occurred):
                last[event.consent] = event
        return any(isinstance(event, RemindersStopped) for event in last.values())


def decide(told: ReminderEvent, reminders: Reminders) -> list[ReminderEvent]:
    return [] if told in reminders.told else [told]


def evolve(reminders: Reminders, event: ReminderEvent) -> Reminders:
    return Reminders(told=(*reminders.told, event))


reminder_decider: Decider[Reminders, ReminderEvent, ReminderEvent] = Decider(
    Reminders(), decide, evolve
)
REMINDER = StreamType("reminder", reminder_decider, CODEC)
