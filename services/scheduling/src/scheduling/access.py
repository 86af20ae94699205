"""Who may do what in scheduling, and whom a case or a case manager's time concerns here."""

from events.commands import History
from kit.access import AccessTable, Role, Scope
from scheduling.case_manager.events import CODEC as CASE_MANAGER
from scheduling.codec import CODEC
from scheduling.holders import DECIDE_ACCESS, holders

_LEAD = frozenset({Role.DESK, Role.TEAM_LEAD})
_TEAM = frozenset({Role.CASE_MANAGER, Role.TEAM_LEAD})

ACCESS: AccessTable = {
    "deadline:list": _LEAD | {Role.CASE_MANAGER, Role.REFERRER},
    "deadline:read": _LEAD | {Role.CASE_MANAGER},
    "offer-deadline:read": _LEAD | {Role.REFERRER},
    "recipients:read": frozenset({Role.SERVICE}),
    "appointment:read": _LEAD | _TEAM,
    "appointment:plan": _LEAD | _TEAM,
    "absence:list": _LEAD,
    "absence:record": _LEAD | _TEAM,
    "capacity:set": _LEAD,
    "address:give": _LEAD | _TEAM,
    "case-manager:read": _LEAD | _TEAM,
}


def scope(history: History) -> Scope | None:
    """A case concerns those who watch over all cases, and the case managers to whom it is open.

    What is told of a case manager concerns that one, and is no case.
    """
    if not history:
        return None
    if CASE_MANAGER.reads(history[0].type):
        own = CASE_MANAGER.decode(history[0]).event.case_manager
        return Scope(case_managers=frozenset({own}), collections=frozenset({"case-managers"}))
    told = [CODEC.decode(recorded) for recorded in history if recorded.type in DECIDE_ACCESS]
    return Scope(case_managers=holders(told), collections=frozenset({"cases"}))
