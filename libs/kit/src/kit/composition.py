"""What a service is made of: each service's `app.py` makes a Service out of the ground it gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import asyncpg
from fastapi import APIRouter

from events.lanes import Handle as HandleMessage
from events.lanes import Read
from events.postgres import PostgresStore
from events.relay import Publish
from events.vault import Vault
from events.views import Decode, View
from events.views_postgres import PostgresViews
from events.work import Handle as HandleWork
from kit.access import AccessTable
from kit.clock import Clock
from kit.edge import ScopeOf
from kit.parts import Parts
from kit.peers import Peers
from kit.settings import Settings
from kit.vocabularies import Vocabularies, no_vocabularies

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Generic[S]):
    """What every service stands on; nothing of it needs a connection before it is used."""

    settings: S
    clock: Clock
    store: PostgresStore
    vault: Vault
    tables: PostgresViews
    peers: Peers

    @property
    def pool(self) -> asyncpg.Pool:
        return self.store.pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """A consumer group: the services whose topics it reads, how, and what it does with them."""

    group: str
    services: Sequence[str]
    read: Read
    handle: HandleMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that a service brings along; what it does not have is left out.

    `access_group` names the group among `follows` on which access rests: while a key is parked
    in it, only those find it from whom the access rule hides nothing.
    Its routes find the vault, the lists and what operators need among the parts without asking.
    """

    routers: Sequence[APIRouter]
    access: AccessTable
    scope: ScopeOf
    decode: Decode
    vocabularies: Vocabularies = no_vocabularies
    publish: Publish | None = None
    follows: Sequence[Follows] = ()
    access_group: str | None = None
    views: Sequence[View] = ()
    work: Mapping[str, HandleWork] = field(default_factory=dict)
    parts: Parts = field(default_factory=dict)


Compose = Callable[[Ground[S]], Service]


class NotComposed(Exception):
    """What a service is given, such as its programme definitions, cannot be used."""
