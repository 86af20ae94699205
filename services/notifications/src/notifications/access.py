"""Who may do what in notifications, and whom a message concerns."""

from events.commands import History
from kit.access import AccessTable, Role, Scope

ACCESS: AccessTable = {
    "message:read": frozenset({Role.DESK, Role.TEAM_LEAD}),
}


def scope(history: History) -> Scope | None:
    """A message concerns those who watch over all cases."""
    return Scope() if history else None
