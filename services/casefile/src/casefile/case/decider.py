"""How a case opens, who works on it, and when it can close."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from casefile.case.events import (
    CODEC,
    CaseClosed,
    CaseEvent,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    ContactDataReceived,
    ContactDataRefused,
    FirstContactMade,
)
from casefile.case.work import work
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import UNKNOWN, Occurred


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    organisation: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    reason: str
    occurred: Occurred


CaseCommand = (
    OpenCase
    | ContactDataReceived
    | ContactDataRefused
    | CaseManagerAssigned
    | CaseManagerReleased
    | FirstContactMade
    | CloseCase
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Only what `decide` and the access rule need; `team`: how each case manager was assigned."""

    organisation: UUID | None = None
    spell: int = 0
    opened: Occurred = UNKNOWN
    first_contact: Occurred | None = None
    closed: Occurred | None = None
    team: Mapping[UUID, CaseManagerAssigned] = field(default_factory=dict)
    contact: UUID | None = None
    contact_refused: bool = False

    @property
    def status(self) -> Status:
        if not self.spell:
            return Status.NEW
        return Status.CLOSED if self.closed else Status.OPEN

    @property
    def contacted(self) -> bool:
        return self.first_contact is not None


def decide(command: CaseCommand, case: Case) -> list[CaseEvent]:
    if isinstance(command, OpenCase):
        return _open(command, case)
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    match command:
        case ContactDataReceived():
            return [] if case.contact == command.contact else [command]
        case ContactDataRefused():
            return [] if case.contact or case.contact_refused else [command]
        case CaseManagerAssigned():
            return _assign(command, case)
        case CaseManagerReleased():
            return _release(command, case)
        case FirstContactMade():
            return _make_first_contact(command, case)
        case CloseCase():
            return _close(command, case)
        case _:
            assert_never(command)


def evolve(case: Case, event: CaseEvent) -> Case:
    match event:
        case CaseOpened(organisation=organisation, spell=spell, occurred=occurred):
            return replace(case, organisation=organisation, spell=spell, opened=occurred)
        case ContactDataReceived(contact=contact):
            return replace(case, contact=contact)
        case ContactDataRefused():
            return replace(case, contact_refused=True)
        case CaseManagerAssigned(case_manager=case_manager):
            return replace(case, team={**case.team, case_manager: event})
        case CaseManagerReleased(case_manager=case_manager):
            rest = {m: assigned for m, assigned in case.team.items() if m != case_manager}
            return replace(case, team=rest)
        case FirstContactMade(occurred=occurred):
            return replace(case, first_contact=occurred)
        case CaseClosed(occurred=occurred):
            return replace(case, closed=occurred)
        case _:
            assert_never(event)


def require_within(case: Case, occurred: Occurred) -> None:
    """What belongs to a case happened while it was open, however late it is recorded."""
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if occurred.certainly_before(case.opened):
        raise Rejected("impossible-order", "This cannot have happened before the case opened.")
    if case.closed and case.closed.certainly_before(occurred):
        raise Rejected("case-closed", "The case was closed before this happened.")


def _open(command: OpenCase, case: Case) -> list[CaseEvent]:
    if case.status is not Status.NEW:
        return []
    return [CaseOpened(organisation=command.organisation, spell=1, occurred=command.occurred)]


def _assign(told: CaseManagerAssigned, case: Case) -> list[CaseEvent]:
    require_within(case, told.occurred)
    assigned = case.team.get(told.case_manager)
    return [] if assigned and assigned.role == told.role else [told]


def _release(told: CaseManagerReleased, case: Case) -> list[CaseEvent]:
    assigned = case.team.get(told.case_manager)
    if assigned is None:
        return []
    if told.occurred.certainly_before(assigned.occurred):
        raise Rejected("impossible-order", "Nobody is released before being assigned.")
    return [told]


def _make_first_contact(told: FirstContactMade, case: Case) -> list[CaseEvent]:
    if case.contacted:
        return []
    require_within(case, told.occurred)
    return [told]


def _close(command: CloseCase, case: Case) -> list[CaseEvent]:
    if case.status is Status.CLOSED:
        return []
    require_within(case, command.occurred)
    if case.first_contact and command.occurred.certainly_before(case.first_contact):
        raise Rejected("impossible-order", "The case did not close before the first contact.")
    return [CaseClosed(reason=command.reason, spell=case.spell, occurred=command.occurred)]


case_decider = Decider(Case(), decide, evolve)
CASE = StreamType("case", case_decider, CODEC, work)
