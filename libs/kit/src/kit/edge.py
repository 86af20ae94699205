"""What all requests to a service share."""

from collections.abc import Callable
from dataclasses import dataclass

from events.commands import History
from events.store import Store
from kit.access import AccessTable, Scope
from kit.clock import Clock

ScopeOf = Callable[[History], Scope | None]
"""Whom the record concerns that these events tell of; None where they tell of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`body_key` and `cursor_key` are secrets derived from the master key."""

    store: Store
    clock: Clock
    access: AccessTable
    scope: ScopeOf
    body_key: bytes
    cursor_key: bytes
