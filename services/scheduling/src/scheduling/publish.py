"""What others may know of scheduling's log: deadlines and what became of them."""

from events.contracts.scheduling import CONTRACTS
from events.publishing import Entry, publishing
from scheduling.codec import CODEC
from scheduling.deadline.events import DeadlineMet, DeadlineMissed, DeadlineSet, DeadlineSilenced
from scheduling.reminder.events import RemindersAllowed, RemindersStopped

PUBLISHED: dict[type, Entry] = {
    DeadlineSet: "deadline-set",
    DeadlineMet: "deadline-met",
    DeadlineMissed: "deadline-missed",
}
KEPT = (DeadlineSilenced, RemindersAllowed, RemindersStopped)

publish = publishing(CODEC, CONTRACTS, PUBLISHED, KEPT)
