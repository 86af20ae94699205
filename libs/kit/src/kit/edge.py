"""What all requests to a service share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from events.commands import History
from events.parking import Parking
from events.store import Store
from kit.access import AccessTable, Principal, Scope, sees_all
from kit.clock import Clock
from kit.settings import Settings
from kit.vocabularies import Vocabularies, no_vocabularies

ScopeOf = Callable[[History], Scope | None]
"""Whom the record concerns that these events tell of; None where they tell of none."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The consumer group on which access rests: what of it is parked might close its key."""

    group: str
    parking: Parking


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`body_key` and `cursor_key` are secrets, for hashes of bodies and cursors of pages."""

    store: Store
    clock: Clock
    access: AccessTable
    scope: ScopeOf
    vocabularies: Vocabularies
    gate: Gate | None
    body_key: bytes
    cursor_key: bytes

    def concerned(self, history: History, collection: str) -> Scope | None:
        """None of a record of another kind than a path of this collection asks for."""
        scope = self.scope(history)
        other = scope and scope.collections and collection not in scope.collections
        return None if other else scope

    async def shuts_out(self, principal: Principal, key: UUID) -> bool:
        """To be asked before the history is read, which has all that was parked until then."""
        return not sees_all(principal) and await self.shut(key)

    async def shut(self, key: UUID) -> bool:
        """Whether a message is parked that might close it; to be asked when `shuts_out` is."""
        return self.gate is not None and await self.gate.parking.parked(self.gate.group, key)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        store: Store,
        clock: Clock,
        access: AccessTable,
        scope: ScopeOf,
        vocabularies: Vocabularies = no_vocabularies,
        gate: Gate | None = None,
    ) -> Self:
        return cls(
            store=store,
            clock=clock,
            access=access,
            scope=scope,
            vocabularies=vocabularies,
            gate=gate,
            body_key=settings.key_for("idempotency"),
            cursor_key=settings.key_for("cursor"),
        )
