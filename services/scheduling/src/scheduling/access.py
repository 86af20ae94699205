"""Who may do what in scheduling, and whom a deadline concerns."""

from events.commands import History
from kit.access import AccessTable, Role, Scope

ACCESS: AccessTable = {"deadline:read": frozenset({Role.DESK, Role.TEAM_LEAD})}


def scope(history: History) -> Scope | None:
    """A deadline concerns those who watch over all cases."""
    return Scope() if history else None
