"""Who may read figures, and the events behind them."""

from events.commands import History
from kit.access import AccessTable, Role, Scope

_READERS = frozenset({Role.ANALYST, Role.TEAM_LEAD})

ACCESS: AccessTable = {"figure:read": _READERS, "figure:read-events": _READERS}


def scope(_history: History) -> Scope | None:
    """No single record is read here."""
    return None
