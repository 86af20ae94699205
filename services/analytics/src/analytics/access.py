"""Who may read figures, and the events behind them."""

from analytics.figures.asked import READ, READ_EVENTS
from events.commands import History
from kit.access import AccessTable, Role, Scope

_READERS = frozenset({Role.ANALYST, Role.TEAM_LEAD})

ACCESS: AccessTable = {READ: _READERS, READ_EVENTS: _READERS}


def scope(_history: History) -> Scope | None:
    """No single record is read here."""
    return None
