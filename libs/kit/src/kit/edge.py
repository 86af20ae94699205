"""What all requests to a service share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from events.commands import History
from events.store import Store
from kit.access import AccessTable, Scope
from kit.clock import Clock
from kit.settings import Settings
from kit.vocabularies import Vocabularies, no_vocabularies

ScopeOf = Callable[[History], Scope | None]
"""Whom the record concerns that these events tell of; None where they tell of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`body_key` and `cursor_key` are secrets, for hashes of bodies and cursors of pages."""

    store: Store
    clock: Clock
    access: AccessTable
    scope: ScopeOf
    vocabularies: Vocabularies
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
        vocabularies: Vocabularies = no_vocabularies,
    ) -> Self:
        return cls(
            store=store,
            clock=clock,
            access=access,
            scope=scope,
            vocabularies=vocabularies,
            body_key=settings.key_for("idempotency"),
            cursor_key=settings.key_for("cursor"),
        )
