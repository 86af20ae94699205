"""Assignments and releases in casefile decide to whom a case is open here, and who is mailed."""

from collections.abc import Mapping
from typing import Any

from events.contracts import casefile as contracts
from events.contracts import type_name
from events.contracts.contract import Contract
from events.store import Recorded
from scheduling.team.events import (
    BackupHandedBack,
    BackupTookOver,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamDissolved,
    TeamEvent,
)


def told(message: Recorded[Contract]) -> TeamEvent | None:
    at: Mapping[str, Any] = {"position": message.position, "occurred": message.occurred}
    match message.event:
        case contracts.CaseManagerAssigned(case_manager=case_manager, role=role):
            return CaseManagerJoined(case_manager=case_manager, role=role, **at)
        case contracts.CaseManagerReleased(case_manager=case_manager):
            return CaseManagerLeft(case_manager=case_manager, **at)
        case contracts.CaseReopened():
            return TeamDissolved(**at)
        case contracts.BackupTookOver(backup=backup):
            return BackupTookOver(backup=backup, **at)
        case contracts.BackupHandedBack(backup=backup):
            return BackupHandedBack(backup=backup, **at)
    return None


OF_TEAMS = frozenset(
    type_name("casefile", name)
    for name in (
        "case-manager-assigned",
        "case-manager-released",
        "case-reopened",
        "backup-took-over",
        "backup-handed-back",
    )
)
