"""How a case opens, who works on it, when it can close, and how it opens again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from casefile.case.corrections import (
    CorrectClosing,
    CorrectFirstContact,
    CorrectFirstVisit,
    Correction,
    correct,
    said_of_closing,
)
from casefile.case.events import (
    CODEC,
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
    Referral,
    WindingDownStarted,
)
from casefile.case.state import Case, Standing, Status, evolve
from casefile.case.within import require_after_what_led, require_within
from casefile.case.work import work
from events.commands import StreamType
from events.contracts.contract import Known
from events.decider import Decider, Rejected, already_known
from events.history import repeats
from events.occurrence import Occurred

__all__ = ["CASE", "Case", "CaseCommand", "Status", "case_decider", "require_within"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    organisation: UUID | None
    referral: Referral | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCaseManager:
    """`most`: how many may hold the role at the same time, None for any number."""

    case_manager: UUID
    role: str
    most: int | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    """What the checklist does not say is unknown; `open_needs` as the case's own needs have it."""

    reason: str
    checklist: Mapping[str, Known] = field(default_factory=dict)
    open_needs: tuple[str, ...] = ()
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenCase:
    reason: str
    occurred: Occurred


CaseCommand = (
    OpenCase
    | ContactDataReceived
    | ContactDataRefused
    | AssignCaseManager
    | CaseManagerReleased
    | FirstContactMade
    | FirstVisitMade
    | Standing
    | WindingDownStarted
    | CloseCase
    | ReopenCase
    | Correction
)


def decide(command: CaseCommand, case: Case) -> list[CaseEvent]:
    if isinstance(command, OpenCase):
        return _open(command, case)
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    match command:
        case ContactDataReceived() | ContactDataRefused():
            return _contact_data(command, case)
        case AssignCaseManager():
            return _assign(command, case)
        case CaseManagerReleased():
            return _release(command, case)
        case FirstContactMade():
            return _contact(command, case)
        case FirstVisitMade():
            return _visit(command, case)
        case (
            IntensityChanged()
            | ClientConditionChanged()
            | ClientRegionRecorded()
            | HeavyMarkSet()
            | HeavyMarkRemoved()
        ):
            return _stand(command, case)
        case WindingDownStarted():
            return _wind_down(command, case)
        case CloseCase():
            return _close(command, case)
        case ReopenCase():
            return _reopen(command, case)
        case CorrectFirstContact() | CorrectFirstVisit() | CorrectClosing():
            return correct(command, case)
        case _:
            assert_never(command)


def _within(told: FirstContactMade | FirstVisitMade | Standing, case: Case) -> list[CaseEvent]:
    require_within(case, told.occurred)
    return [told]


def _contact_data(told: ContactDataReceived | ContactDataRefused, case: Case) -> list[CaseEvent]:
    if isinstance(told, ContactDataReceived):
        return [] if case.contact == told.contact else [told]
    return [] if case.contact or case.contact_refused == told.reason else [told]


def _stand(told: Standing, case: Case) -> list[CaseEvent]:
    return [] if repeats(told, case.told, case.standing(told)) else _within(told, case)


def _contact(told: FirstContactMade, case: Case) -> list[CaseEvent]:
    known = case.first_contact
    if known is None:
        return _within(told, case)
    if (known.channel, known.occurred) == (told.channel, told.occurred):
        return []
    raise already_known("The first contact", known.occurred, known.channel)


def _visit(told: FirstVisitMade, case: Case) -> list[CaseEvent]:
    known = case.first_visit
    if known is None:
        return _within(told, case)
    if known.occurred == told.occurred:
        return []
    raise already_known("The first visit", known.occurred)


def _open(command: OpenCase, case: Case) -> list[CaseEvent]:
    """By a message: whatever else it may say, the case is open."""
    if case.status is not Status.NEW:
        return []
    return [
        CaseOpened(
            organisation=command.organisation,
            spell=1,
            referral=command.referral,
            occurred=command.occurred,
        )
    ]


def _assign(command: AssignCaseManager, case: Case) -> list[CaseEvent]:
    require_within(case, command.occurred)
    assigned = case.team.get(command.case_manager)
    told = CaseManagerAssigned(
        case_manager=command.case_manager, role=command.role, occurred=command.occurred
    )
    if told == assigned or told in case.elapsed or (told in case.places and case.is_over(told)):
        return []
    if assigned and assigned.role == command.role and _in_one_spell(told, assigned, case):
        raise already_known("Since when this role is held", assigned.occurred)
    others = [
        other
        for other in case.team.values()
        if other.role == command.role and not command.occurred.certainly_before(other.occurred)
    ]
    if command.most is not None and len(others) >= command.most:
        raise Rejected("role-taken", "As many as may hold this role at a time hold it already.")
    return [told]


def _in_one_spell(told: CaseManagerAssigned, other: CaseManagerAssigned, case: Case) -> bool:
    return case.spell_of(told.occurred) == case.spell_of(other.occurred)


def _release(told: CaseManagerReleased, case: Case) -> list[CaseEvent]:
    """Also of who was in the team in an earlier spell, and told of only now."""
    if told.case_manager in case.unreleased_at(told.occurred):
        return [told]
    if told in case.places:
        return []
    if told.case_manager in case.team:
        raise Rejected("impossible-order", "Nobody is released before being assigned.")
    if known := case.released.get(told.case_manager):
        raise already_known("The release of this case manager", known.occurred)
    raise Rejected("not-in-the-team", "This case manager is not in the team of the case.")


def _wind_down(told: WindingDownStarted, case: Case) -> list[CaseEvent]:
    """It belongs to the spell in which it happened."""
    known = case.spells[case.spell_of(told.occurred)].winding_down
    if known == told.occurred:
        return []
    if known:
        raise already_known("The winding down of this spell", known)
    require_within(case, told.occurred)
    return [told]


def _close(command: CloseCase, case: Case) -> list[CaseEvent]:
    """Which needs are open is not asked of whoever closes a case."""
    closings = (spell.closed for spell in case.spells.values() if spell.closed)
    if any(said_of_closing(closed) == said_of_closing(command) for closed in closings):
        return []
    if known := case.now.closed:
        raise already_known("The closing of this spell", known.occurred, known.reason)
    require_within(case, command.occurred)
    if case.now.opened and command.occurred.certainly_before(case.now.opened):
        raise Rejected("impossible-order", "The case opened again after this.")
    require_after_what_led(case, case.now, command.occurred)
    return [
        CaseClosed(
            reason=command.reason,
            spell=case.spell,
            checklist=command.checklist,
            open_needs=command.open_needs,
            occurred=command.occurred,
        )
    ]


def _reopen(command: ReopenCase, case: Case) -> list[CaseEvent]:
    reopenings = (spell.reopened for spell in case.spells.values() if spell.reopened)
    if any((r.reason, r.occurred) == (command.reason, command.occurred) for r in reopenings):
        return []
    if case.status is Status.OPEN:
        raise Rejected("case-open", f"The case is open, since {case.now.opened}.")
    if case.closed and command.occurred.certainly_before(case.closed):
        raise Rejected("impossible-order", "The case was not closed yet.")
    return [CaseReopened(reason=command.reason, spell=case.spell + 1, occurred=command.occurred)]


case_decider = Decider(Case(), decide, evolve)
CASE = StreamType("case", case_decider, CODEC, work)
