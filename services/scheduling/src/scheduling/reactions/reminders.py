"""Consents, as they are given and withdrawn, decide whether the reminders of a case are sent."""

from collections.abc import Mapping

from events.consumer import Ask, Reaction
from events.contracts import type_name
from events.contracts.casefile import ConsentGiven, ConsentWithdrawn
from events.contracts.contract import Contract
from events.store import Recorded
from programmes.loader import Programmes
from scheduling.reminder.decider import REMINDER
from scheduling.reminder.events import ReminderEvent, RemindersAllowed, RemindersStopped

GROUP = "scheduling.consents"
"""Of its own, so that no withdrawal waits behind a deadline that cannot be set."""
SOURCES = ("casefile",)
REMINDERS = "reminders"


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    def react(message: Recorded[Contract]) -> list[Ask]:
        told = _told(message, programmes)
        return [Ask(REMINDER, REMINDER.beside(message.key), told)] if told else []

    types = (type_name("casefile", name) for name in ("consent-given", "consent-withdrawn"))
    return dict.fromkeys(types, react)


def _told(message: Recorded[Contract], programmes: Programmes) -> ReminderEvent | None:
    """None for a consent on which no reminder rests."""
    match message.event:
        case ConsentWithdrawn(consent=consent, stops=stops) if REMINDERS in stops:
            return RemindersStopped(consent=consent, occurred=message.occurred)
        case ConsentGiven(consent=consent):
            defined = programmes.of([message]).consent(consent)
            if defined and REMINDERS in defined.stops:
                return RemindersAllowed(consent=consent, occurred=message.occurred)
    return None
