"""What all requests to a service share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from events.commands import History
from events.store import Store
from kit.access import AccessTable, Scope
from kit.clock import Clock
from kit.settings import Settings

ScopeOf = Callable[[History], Scope | None]
"""Whom the record concerns that these events tell of; None where they tell of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`body_key` and `cursor_key` are secrets, for hashes of bodies and cursors of pages."""

    store: Store
    clock: Clock
    access: AccessTable
    scope: ScopeOf
    body_key: bytes
    cursor_key: bytes

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        store: Store,
        clock: Clock,
        access: AccessTable,
        scope: ScopeOf,
    ) -> Self:
        return cls(
            store=store,
            clock=clock,
            access=access,
            scope=scope,
            body_key=settings.key_for("idempotency"),
            cursor_key=settings.key_for("cursor"),
        )
