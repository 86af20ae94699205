"""The in-memory twin of the views' tables, for tests and simulations."""

from collections.abc import Sequence
from uuid import UUID

from events.following import Folded, Histories
from events.memory import MemoryStore
from events.views import Row, View


class MemoryViews:
    """Rows by view and key, over a log in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._positions: dict[str, int] = {}
        self._rows: dict[str, dict[UUID, Sequence[Row]]] = {}
        self._parked: dict[str, set[UUID]] = {}

    def rows(self, view: View) -> list[Row]:
        return [row for rows in self._rows.get(view.table.name, {}).values() for row in rows]

    async def position(self, view: View) -> int:
        return self._positions.get(view.table.name, 0)

    async def whole(self, view: View) -> bool:  # noqa: ARG002 - as the protocol has it
        return True

    async def histories(self, view: View, keys: Sequence[UUID], until: int) -> Histories:
        log = [e for e in self._store.log[:until] if view.reads(e)]
        return {key: [event for event in log if event.key == key] for key in keys}

    async def parked(self, view: View) -> Sequence[UUID]:
        return [*self._parked.get(view.table.name, ())]

    async def replace(self, view: View, seen: int, until: int, folded: Folded) -> bool:
        if await self.position(view) != seen:
            return False
        self._positions[view.table.name] = until
        self._rows.setdefault(view.table.name, {}).update(folded.rows)
        parked = self._parked.setdefault(view.table.name, set())
        parked.difference_update(folded.rows)
        parked.update(folded.parked)
        return True
