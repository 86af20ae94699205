"""Assignments and releases in casefile decide to whom a case is open here."""

from collections.abc import Mapping
from typing import Any

from events.consumer import Ask, Reaction
from events.contracts import type_name
from events.contracts.casefile import CaseManagerAssigned, CaseManagerReleased, CaseReopened
from events.contracts.contract import Contract
from events.store import Recorded
from scheduling.team.decider import TEAM
from scheduling.team.events import CaseManagerJoined, CaseManagerLeft, TeamDissolved, TeamEvent


def _react(message: Recorded[Contract]) -> list[Ask]:
    told = _told(message)
    return [Ask(TEAM, TEAM.beside(message.key), told)] if told else []


def _told(message: Recorded[Contract]) -> TeamEvent | None:
    at: Mapping[str, Any] = {"position": message.position, "occurred": message.occurred}
    match message.event:
        case CaseManagerAssigned(case_manager=case_manager, role=role):
            return CaseManagerJoined(case_manager=case_manager, role=role, **at)
        case CaseManagerReleased(case_manager=case_manager):
            return CaseManagerLeft(case_manager=case_manager, **at)
        case CaseReopened():
            return TeamDissolved(**at)
    return None


REACTIONS: Mapping[str, Reaction] = {
    type_name("casefile", name): _react
    for name in ("case-manager-assigned", "case-manager-released", "case-reopened")
}
