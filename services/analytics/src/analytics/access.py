"""Who may read figures, the events behind them, and the rows of views."""

from events.commands import History
from kit.access import AccessTable, Role, Scope

_READERS = frozenset({Role.ANALYST, Role.TEAM_LEAD})

ACCESS: AccessTable = {
    "figure:read": _READERS,
    "figure:read-events": _READERS,
    "figure:export": _READERS,
}


def scope(_history: History) -> Scope | None:
    """No single record is read here."""
    return None
