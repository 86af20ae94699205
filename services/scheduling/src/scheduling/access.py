"""Who may do what in scheduling, and whom a case concerns here."""

from events.commands import History
from kit.access import AccessTable, Role, Scope
from scheduling.codec import CODEC
from scheduling.holders import DECIDE_ACCESS, holders

_LEAD = frozenset({Role.DESK, Role.TEAM_LEAD})
_TEAM = frozenset({Role.CASE_MANAGER, Role.TEAM_LEAD})

ACCESS: AccessTable = {
    "deadline:read": _LEAD,
    "appointment:read": _LEAD | _TEAM,
    "appointment:plan": _LEAD | _TEAM,
}


def scope(history: History) -> Scope | None:
    """A case concerns those who watch over all cases, and the case managers to whom it is open."""
    if not history:
        return None
    told = [CODEC.decode(recorded) for recorded in history if recorded.type in DECIDE_ACCESS]
    return Scope(case_managers=holders(told))
