"""How what happens once in a case is put right: when it was, and what was told with that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import assert_never
from uuid import UUID

from casefile.case.events import (
    CaseClosingCorrected,
    CaseEvent,
    FirstContactCorrected,
    FirstVisitCorrected,
)
from casefile.case.state import Case, Spell
from casefile.case.within import require_after_what_led, require_within
from events.contracts.contract import Known
from events.decider import Rejected
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectFirstContact:
    """`corrects` is the id of the event that told of it last, None where there is none."""

    channel: str
    corrects: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectFirstVisit:
    corrects: UUID | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectClosing:
    """Which needs were open stays as it was told when the case closed."""

    spell: int
    reason: str
    checklist: Mapping[str, Known] = field(default_factory=dict)
    corrects: UUID | None
    occurred: Occurred


Correction = CorrectFirstContact | CorrectFirstVisit | CorrectClosing

said_of_closing = attrgetter("reason", "checklist", "occurred")
"""By what two tellings of a closing are the same; nobody tells which needs were open."""


def correct(command: Correction, case: Case) -> list[CaseEvent]:
    match command:
        case CorrectFirstContact():
            return _first_contact(command, case)
        case CorrectFirstVisit():
            return _first_visit(command, case)
        case CorrectClosing():
            return _closing(command, case)
        case _:
            assert_never(command)


def _first_contact(command: CorrectFirstContact, case: Case) -> list[CaseEvent]:
    known = case.first_contact
    if known is None or command.corrects is None:
        raise Rejected("no-first-contact", "No first contact is known that could be corrected.")
    require_within(case, command.occurred)
    if (known.channel, known.occurred) == (command.channel, command.occurred):
        return []
    return [
        FirstContactCorrected(
            channel=command.channel, occurred=command.occurred, corrects=command.corrects
        )
    ]


def _first_visit(command: CorrectFirstVisit, case: Case) -> list[CaseEvent]:
    known = case.first_visit
    if known is None or command.corrects is None:
        raise Rejected("no-first-visit", "No first visit is known that could be corrected.")
    require_within(case, command.occurred)
    if known.occurred == command.occurred:
        return []
    return [FirstVisitCorrected(occurred=command.occurred, corrects=command.corrects)]


def _closing(command: CorrectClosing, case: Case) -> list[CaseEvent]:
    spell = case.spells.get(command.spell, Spell())
    known = spell.closed
    if known is None or command.corrects is None:
        raise Rejected("no-such-closing", "This spell of the case did not close.")
    if said_of_closing(known) == said_of_closing(command):
        return []
    _require_between(command, spell, case)
    return [
        CaseClosingCorrected(
            reason=command.reason,
            spell=command.spell,
            checklist=command.checklist,
            open_needs=known.open_needs,
            occurred=command.occurred,
            corrects=command.corrects,
        )
    ]


def _require_between(command: CorrectClosing, spell: Spell, case: Case) -> None:
    """After what led to it in its own spell, and before the case opened again."""
    following = case.spells.get(command.spell + 1, Spell()).opened
    if following and following.certainly_before(command.occurred):
        raise Rejected("impossible-order", "The case opened again before this.")
    require_after_what_led(case, spell, command.occurred)
