"""What others may know of scheduling's log: deadlines and what became of them."""

from events.contracts.scheduling import CONTRACTS
from events.publishing import Entry, publishing
from scheduling.deadline.events import CODEC, DeadlineMet, DeadlineMissed, DeadlineSet

PUBLISHED: dict[type, Entry] = {
    DeadlineSet: "deadline-set",
    DeadlineMet: "deadline-met",
    DeadlineMissed: "deadline-missed",
}

publish = publishing(CODEC, CONTRACTS, PUBLISHED)
