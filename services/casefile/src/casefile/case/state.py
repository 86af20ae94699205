"""The state of a case: its spells, its team, and how it stands with the client."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar, assert_never
from uuid import UUID

from casefile.case.events import (
    CaseClosed,
    CaseEvent,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
    ClientConditionChanged,
    ClientRegionRecorded,
    ContactDataReceived,
    ContactDataRefused,
    FirstContactMade,
    FirstVisitMade,
    HeavyMarkRemoved,
    HeavyMarkSet,
    IntensityChanged,
    WindingDownStarted,
)
from events.history import latest, not_before
from events.occurrence import UNKNOWN, Occurred


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One stay in the case; `winding_down` since when support was being withdrawn, if it was."""

    opened: Occurred | None = None
    reopened: CaseReopened | None = None
    winding_down: Occurred | None = None
    closed: CaseClosed | None = None

    def has_within(self, occurred: Occurred) -> bool:
        """False only where no reading of the times lets it have happened in this spell."""
        if self.opened is None or occurred.certainly_before(self.opened):
            return False
        return not (self.closed and self.closed.occurred.certainly_before(occurred))


Standing = (
    IntensityChanged
    | ClientConditionChanged
    | ClientRegionRecorded
    | HeavyMarkSet
    | HeavyMarkRemoved
)
"""What holds until something else of its kind is told."""

MARKS = (HeavyMarkSet, HeavyMarkRemoved)
"""A mark and its removal take each other's place."""

T = TypeVar("T", bound=Standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Only what `decide` and the access rule need; `team`: how each case manager was assigned.

    `elapsed` are assignments that were over before they were told, `places` whatever was told of
    the team. Spells are told by their number, in whatever order their beginnings and ends come.
    """

    organisation: UUID | None = None
    spells: Mapping[int, Spell] = field(default_factory=dict)
    first_contact: FirstContactMade | None = None
    first_visit: FirstVisitMade | None = None
    told: tuple[Standing, ...] = ()
    team: Mapping[UUID, CaseManagerAssigned] = field(default_factory=dict)
    released: Mapping[UUID, CaseManagerReleased] = field(default_factory=dict)
    elapsed: tuple[CaseManagerAssigned, ...] = ()
    places: tuple[CaseManagerAssigned | CaseManagerReleased, ...] = ()
    contact: UUID | None = None
    contact_refused: str | None = None

    @property
    def spell(self) -> int:
        """The number of the spell that began last, 0 before the first."""
        return max((number for number, spell in self.spells.items() if spell.opened), default=0)

    def spell_of(self, occurred: Occurred) -> int:
        """In which spell it happened: the last one in which it can have."""
        within = (number for number, spell in self.spells.items() if spell.has_within(occurred))
        return max(within, default=self.spell)

    @property
    def now(self) -> Spell:
        return self.spells.get(self.spell, Spell())

    @property
    def opened(self) -> Occurred:
        """When its first spell began."""
        return self.spells.get(1, Spell()).opened or UNKNOWN

    @property
    def closed(self) -> Occurred | None:
        return self.now.closed.occurred if self.now.closed else None

    @property
    def status(self) -> Status:
        if not self.spell:
            return Status.NEW
        return Status.CLOSED if self.now.closed else Status.OPEN

    @property
    def contacted(self) -> bool:
        return self.first_contact is not None

    def is_over(self, told: CaseManagerAssigned) -> bool:
        """Whether it ended before the spell that is now, or by what was told of its holder."""
        spell = self.now.opened if self.spell > 1 else None
        since = [self.team.get(told.case_manager), self.released.get(told.case_manager)]
        ends = [spell, *(event.occurred for event in since if event)]
        return any(end and told.occurred.certainly_before(end) for end in ends)

    def team_at(self, occurred: Occurred) -> list[CaseManagerAssigned]:
        """All who may have been in the team then, whatever was told of them since."""
        return [
            told
            for number, told in enumerate(self.places)
            if isinstance(told, CaseManagerAssigned)
            and not occurred.certainly_before(told.occurred)
            and not any(e.certainly_before(occurred) for e in self._ends(told, number))
        ]

    def unreleased_at(self, occurred: Occurred) -> frozenset[UUID]:
        """Who may have been in the team then, and was not released since."""
        return frozenset(
            told.case_manager for told in self.team_at(occurred) if not self._was_released(told)
        )

    def _was_released(self, assigned: CaseManagerAssigned) -> bool:
        if self.team.get(assigned.case_manager) == assigned:
            return False
        own = (t for t in self.places if t.case_manager == assigned.case_manager)
        return any(isinstance(t, CaseManagerReleased) and not_before(t, assigned) for t in own)

    def _ends(self, assigned: CaseManagerAssigned, number: int) -> list[Occurred]:
        """What ended it: its holder was assigned anew or released, or the case opened again."""
        start, spells = assigned.occurred, (spell.opened for spell in self.spells.values())
        own = [t for t in self.places if t.case_manager == assigned.case_manager]
        told_later = [t for t in self.places[number + 1 :] if isinstance(t, CaseManagerReleased)]
        left = [
            t.occurred for t in told_later if t in own and not t.occurred.certainly_before(start)
        ]
        ends = [*(told.occurred for told in own), *(opened for opened in spells if opened)]
        return [*left, *(end for end in ends if start.certainly_before(end))]

    @property
    def intensity(self) -> IntensityChanged | None:
        return self._last(IntensityChanged)

    @property
    def condition(self) -> ClientConditionChanged | None:
        return self._last(ClientConditionChanged)

    @property
    def region(self) -> ClientRegionRecorded | None:
        return self._last(ClientRegionRecorded)

    def standing(self, told: Standing) -> Standing | None:
        """What stands where this would."""
        return self._last(*(MARKS if isinstance(told, MARKS) else (type(told),)))

    def _last(self, *kinds: type[T]) -> T | None:
        told = (event for event in self.told if isinstance(event, kinds))
        return latest(told, lambda _: None).get(None)


def evolve(case: Case, event: CaseEvent) -> Case:
    match event:
        case CaseOpened() | CaseReopened() | WindingDownStarted() | CaseClosed():
            return _turned(case, event)
        case CaseManagerAssigned():
            return _assigned(case, event)
        case CaseManagerReleased():
            return _released(case, event)
        case ContactDataReceived(contact=contact):
            return replace(case, contact=contact)
        case ContactDataRefused(reason=reason):
            return replace(case, contact_refused=reason)
        case FirstContactMade():
            return replace(case, first_contact=event)
        case FirstVisitMade():
            return replace(case, first_visit=event)
        case (
            IntensityChanged()
            | ClientConditionChanged()
            | ClientRegionRecorded()
            | HeavyMarkSet()
            | HeavyMarkRemoved()
        ):
            return replace(case, told=(*case.told, event))
        case _:
            assert_never(event)


def _turned(case: Case, event: CaseOpened | CaseReopened | WindingDownStarted | CaseClosed) -> Case:
    number = case.spell_of(event.occurred) if isinstance(event, WindingDownStarted) else event.spell
    spell = case.spells.get(number, Spell())
    match event:
        case CaseOpened(organisation=organisation, occurred=occurred):
            case = replace(case, organisation=organisation)
            spell = replace(spell, opened=occurred)
        case CaseReopened(occurred=occurred):
            case = replace(case, team=_since(occurred, case.team))
            spell = replace(spell, opened=occurred, reopened=event)
        case WindingDownStarted(occurred=occurred):
            spell = replace(spell, winding_down=occurred)
        case CaseClosed():
            spell = replace(spell, closed=event)
        case _:
            assert_never(event)
    return replace(case, spells={**case.spells, number: spell})


def _since(
    reopened: Occurred, team: Mapping[UUID, CaseManagerAssigned]
) -> Mapping[UUID, CaseManagerAssigned]:
    """Who was assigned after the case opened again, though that is told only now."""
    return {m: told for m, told in team.items() if reopened.certainly_before(told.occurred)}


def _assigned(case: Case, told: CaseManagerAssigned) -> Case:
    """Whoever was assigned in a time that is over, as is told only now, is not in the team now."""
    over = case.is_over(told)
    case = replace(case, places=(*case.places, told))
    if over:
        return replace(case, elapsed=(*case.elapsed, told))
    return replace(case, team={**case.team, told.case_manager: told})


def _released(case: Case, told: CaseManagerReleased) -> Case:
    """A release from an earlier time, told late, ends nothing of what began since."""
    assigned, before = case.team.get(told.case_manager), case.released.get(told.case_manager)
    team, released = dict(case.team), dict(case.released)
    if assigned and not_before(told, assigned):
        del team[told.case_manager]
    if before is None or not_before(told, before):
        released[told.case_manager] = told
    return replace(case, team=team, released=released, places=(*case.places, told))
