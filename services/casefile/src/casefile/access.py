"""Who may do what in casefile, and whom a case concerns."""

from casefile.case.decider import Status
from casefile.codec import CODEC
from casefile.holders import DECIDE_ACCESS, held
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
    "backup:record": _LEAD | _TEAM,
    "region:record": _LEAD | _TEAM,
    "origin:record": _LEAD | _TEAM,
    "consent:record": _LEAD | _TEAM,
    "case:reopen": _LEAD,
    "words:read": _TEAM,
    "contact-data:read": _TEAM,
    "process:read": frozenset({Role.REFERRER, Role.DESK, Role.TEAM_LEAD}),
    "document:read": _TEAM,
    "instrument:read": _TEAM,
}


def scope(history: History) -> Scope | None:
    """A case concerns the case managers to whom it is open now, and the organisation that referred.

    Of all actions a referrer may do but one: read the process view.
    """
    now = held(CODEC.decode(recorded) for recorded in history if recorded.type in DECIDE_ACCESS)
    if now.case.status is Status.NEW:
        return None
    return Scope(organisation=now.case.organisation, case_managers=now.holders)
