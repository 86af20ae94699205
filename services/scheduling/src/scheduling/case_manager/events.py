"""What can have happened to a case manager's time and address; nobody is asked why one is away.

Each says whose it is: the key of the log is not the id of the case manager.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySet:
    """How many cases the case manager takes at a time."""

    case_manager: UUID
    cases: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGiven:
    """Where mail reaches the case manager; it lies in the vault under `contact`."""

    case_manager: UUID
    contact: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRecorded:
    """Away from the first day to the last, both included, or until it is said which is the last."""

    absence: UUID
    case_manager: UUID
    first_day: date
    last_day: date | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceChanged:
    """It ends earlier or later, or was not told right: the days as they are to be."""

    absence: UUID
    case_manager: UUID
    first_day: date
    last_day: date | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceWithdrawn:
    """The case manager is not away after all."""

    absence: UUID
    case_manager: UUID
    occurred: Occurred


CaseManagerEvent = CapacitySet | AddressGiven | AbsenceRecorded | AbsenceChanged | AbsenceWithdrawn

CODEC: Codec[CaseManagerEvent] = Codec(
    {
        "case-manager.capacity-set.v1": CapacitySet,
        "case-manager.address-given.v1": AddressGiven,
        "case-manager.absence-recorded.v1": AbsenceRecorded,
        "case-manager.absence-changed.v1": AbsenceChanged,
        "case-manager.absence-withdrawn.v1": AbsenceWithdrawn,
    }
)
