"""What others may know of scheduling's log: deadlines and appointments, and what became of them."""

from events.contracts.scheduling import CONTRACTS
from events.publishing import Entry, publishing
from scheduling.appointment.events import (
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentHeld,
    AppointmentPlanned,
)
from scheduling.case_manager.events import (
    AbsenceChanged,
    AbsenceRecorded,
    AbsenceWithdrawn,
    AddressGiven,
    CapacitySet,
)
from scheduling.codec import CODEC
from scheduling.consent.events import ConsentGiven, ConsentWithdrawn
from scheduling.deadline.events import DeadlineMet, DeadlineMissed, DeadlineSet, DeadlineSilenced
from scheduling.spell.events import SpellBegan, SpellEnded
from scheduling.team.events import (
    BackupHandedBack,
    BackupTookOver,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamDissolved,
)

PUBLISHED: dict[type, Entry] = {
    AppointmentPlanned: "appointment-planned",
    AppointmentConfirmed: "appointment-confirmed",
    AppointmentCancelled: "appointment-cancelled",
    AppointmentHeld: "appointment-held",
    DeadlineSet: "deadline-set",
    DeadlineMet: "deadline-met",
    DeadlineMissed: "deadline-missed",
}
KEPT = (
    AbsenceChanged,
    AbsenceRecorded,
    AbsenceWithdrawn,
    AddressGiven,
    BackupHandedBack,
    BackupTookOver,
    CapacitySet,
    CaseManagerJoined,
    CaseManagerLeft,
    ConsentGiven,
    ConsentWithdrawn,
    DeadlineSilenced,
    SpellBegan,
    SpellEnded,
    TeamDissolved,
)

publish = publishing(CODEC, CONTRACTS, PUBLISHED, KEPT)
