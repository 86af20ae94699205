"""When a case manager is away, how many cases he or she takes, and where mail arrives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import UNKNOWN, Occurred
from scheduling.case_manager.events import (
    CODEC,
    AbsenceChanged,
    AbsenceRecorded,
    AbsenceWithdrawn,
    AddressGiven,
    CapacitySet,
    CaseManagerEvent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """`last_day` is None while nobody knows it; `since` is when this was last told of."""

    case_manager: UUID
    first_day: date
    last_day: date | None
    since: Occurred = UNKNOWN

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= (self.last_day or date.max)

    def overlaps(self, other: "Absence") -> bool:
        return self.first_day <= (other.last_day or date.max) and other.first_day <= (
            self.last_day or date.max
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseManager:
    """`absences` are those that stand, `withdrawn` those that do not any more."""

    capacity: CapacitySet | None = None
    address: AddressGiven | None = None
    absences: Mapping[UUID, Absence] = field(default_factory=dict)
    withdrawn: Mapping[UUID, AbsenceWithdrawn] = field(default_factory=dict)

    def away_on(self, day: date) -> bool:
        return any(absence.covers(day) for absence in self.absences.values())

    def knows(self, absence: UUID) -> bool:
        return absence in self.absences or absence in self.withdrawn


def decide(told: CaseManagerEvent, manager: CaseManager) -> list[CaseManagerEvent]:
    match told:
        case CapacitySet():
            return _set_capacity(told, manager)
        case AddressGiven():
            return _give_address(told, manager)
        case AbsenceRecorded(absence=absence):
            if manager.knows(absence):
                return []
            _require_free(told, manager)
            return [told]
        case AbsenceChanged():
            return _change(told, manager)
        case AbsenceWithdrawn():
            return _withdraw(told, manager)
        case _:
            assert_never(told)


def evolve(manager: CaseManager, event: CaseManagerEvent) -> CaseManager:
    """Where nobody knows when an absence was recorded, what became of it may come first."""
    match event:
        case CapacitySet():
            return replace(manager, capacity=event)
        case AddressGiven():
            return replace(manager, address=event)
        case AbsenceWithdrawn(absence=absence):
            absences = {a: days for a, days in manager.absences.items() if a != absence}
            withdrawn = {**manager.withdrawn, absence: event}
            return replace(manager, absences=absences, withdrawn=withdrawn)
        case AbsenceRecorded(absence=absence) if manager.knows(absence):
            return manager
        case AbsenceRecorded(absence=absence) | AbsenceChanged(absence=absence):
            if absence in manager.withdrawn:
                return manager
            return replace(manager, absences={**manager.absences, absence: _absence(event)})
        case _:
            assert_never(event)


def _absence(told: AbsenceRecorded | AbsenceChanged) -> Absence:
    return Absence(
        case_manager=told.case_manager,
        first_day=told.first_day,
        last_day=told.last_day,
        since=told.occurred,
    )


def _set_capacity(told: CapacitySet, manager: CaseManager) -> list[CaseManagerEvent]:
    now = manager.capacity
    if now and told.occurred.certainly_before(now.occurred):
        raise Rejected("impossible-order", "A later capacity is known already.")
    return [] if now and now.cases == told.cases else [told]


def _give_address(told: AddressGiven, manager: CaseManager) -> list[CaseManagerEvent]:
    now = manager.address
    if now and told.occurred.certainly_before(now.occurred):
        raise Rejected("impossible-order", "A later address is known already.")
    return [] if now and now.contact == told.contact else [told]


def _change(told: AbsenceChanged, manager: CaseManager) -> list[CaseManagerEvent]:
    now = _standing(told, manager)
    if (now.first_day, now.last_day) == (told.first_day, told.last_day):
        return []
    _require_free(told, manager)
    return [told]


def _withdraw(told: AbsenceWithdrawn, manager: CaseManager) -> list[CaseManagerEvent]:
    known = manager.withdrawn.get(told.absence)
    if known == told:
        return []
    if known:
        raise already_known("The withdrawal of this absence", known.occurred)
    _standing(told, manager)
    return [told]


def _standing(told: AbsenceChanged | AbsenceWithdrawn, manager: CaseManager) -> Absence:
    now = manager.absences.get(told.absence)
    if now is None:
        raise Rejected("no-such-absence", "The case manager has no such absence.")
    if told.occurred.certainly_before(now.since):
        raise Rejected("impossible-order", "The absence was recorded or changed after that.")
    return now


def _require_free(told: AbsenceRecorded | AbsenceChanged, manager: CaseManager) -> None:
    """Whoever is back early is back: no second absence may cover the same day."""
    others = (days for absence, days in manager.absences.items() if absence != told.absence)
    if any(_absence(told).overlaps(other) for other in others):
        raise Rejected("away-already", "The case manager is away already on one of these days.")


case_manager_decider: Decider[CaseManager, CaseManagerEvent, CaseManagerEvent] = Decider(
    CaseManager(), decide, evolve
)
CASE_MANAGER = StreamType("case-manager", case_manager_decider, CODEC)
"""`beside` a person, with that key: people and cases have keys of their own."""
