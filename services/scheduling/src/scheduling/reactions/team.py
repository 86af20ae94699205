"""Assignments and releases in casefile decide to whom a case is open here."""

from collections.abc import Mapping

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
    occurred = message.occurred
    match message.event:
        case CaseManagerAssigned(case_manager=case_manager):
            return CaseManagerJoined(case_manager=case_manager, occurred=occurred)
        case CaseManagerReleased(case_manager=case_manager):
            return CaseManagerLeft(case_manager=case_manager, occurred=occurred)
        case CaseReopened():
            return TeamDissolved(occurred=occurred)
    return None


REACTIONS: Mapping[str, Reaction] = {
    type_name("casefile", name): _react
    for name in ("case-manager-assigned", "case-manager-released", "case-reopened")
}
