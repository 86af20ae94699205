"""Who may do what in casefile, and whom a case concerns."""

from casefile.case.decider import CASE, Status
from events.commands import History
from kit.access import AccessTable, Role, Scope

_LEAD = frozenset({Role.DESK, Role.TEAM_LEAD})
_TEAM = frozenset({Role.CASE_MANAGER, Role.TEAM_LEAD})

ACCESS: AccessTable = {
    "case:read": _LEAD | _TEAM,
    "case:assign": _LEAD,
    "case:work": _TEAM,
    "case:work-for-others": frozenset({Role.TEAM_LEAD}),
    "case:close": _TEAM,
    "contact-data:read": _TEAM,
}


def scope(history: History) -> Scope | None:
    """A case concerns the case managers who hold it now, and nobody at the organisation."""
    if not history:
        return None
    case = CASE.state(history, history[0].key)
    return None if case.status is Status.NEW else Scope(case_managers=frozenset(case.team))
