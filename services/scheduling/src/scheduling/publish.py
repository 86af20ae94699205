"""What others may know of scheduling's log: deadlines and what became of them."""

from events.contracts.scheduling import CONTRACTS
from events.publishing import Entry, publishing
from scheduling.codec import CODEC
from scheduling.consent.events import ConsentGiven, ConsentWithdrawn
from scheduling.deadline.events import DeadlineMet, DeadlineMissed, DeadlineSet, DeadlineSilenced

PUBLISHED: dict[type, Entry] = {
    DeadlineSet: "deadline-set",
    DeadlineMet: "deadline-met",
    DeadlineMissed: "deadline-missed",
}
KEPT = (ConsentGiven, ConsentWithdrawn, DeadlineSilenced)

publish = publishing(CODEC, CONTRACTS, PUBLISHED, KEPT)
