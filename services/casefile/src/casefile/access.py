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
    "process:read": frozenset({Role.REFERRER, Role.DESK, Role.TEAM_LEAD}),
}


def scope(history: History) -> Scope | None:
    """A case concerns the case managers who hold it now, and the organisation that referred.

    Of all actions a referrer may do but one: read the process view.
    """
    if not history:
        return None
    case = CASE.state(history, history[0].key)
    if case.status is Status.NEW:
        return None
    return Scope(organisation=case.organisation, case_managers=frozenset(case.team))
