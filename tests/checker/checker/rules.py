"""What the code of a service says must follow from its log: the other half of what is checked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from events.consumer import Reaction
from events.lanes import Read
from events.relay import Publish
from events.store import Json, Recorded, Work, WriteSet
from events.views import Decode, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A consumer group that acts: each message that it has a reaction to has its effect once."""

    group: str
    sources: Sequence[str]
    read: Read
    reactions: Mapping[str, Reaction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """A consumer group that keeps every message as an event of its own log."""

    group: str
    sources: Sequence[str]
    read: Callable[..., Recorded[Json]]
    kept: Callable[[Recorded[Json]], WriteSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One service; `publish` of one that publishes, `follows` of one that consumes.

    `work` is what an event asks to be done outside the database; `ends` says with which types that
    ends by the type that asks, none where it may end without a trace; `done` which of these finish
    it in the same write set, once for each time; `sealed` which fields of a type name records of
    the vault.
    """

    decode: Decode
    publish: Publish | None = None
    follows: Sequence[Follower] = ()
    keeps: Keeper | None = None
    views: Sequence[View] = ()
    work: Callable[[Recorded[Json]], Sequence[Work]] = lambda _: ()
    ends: Mapping[str, Collection[str]] = field(default_factory=dict)
    done: Collection[str] = ()
    sealed: Mapping[str, list[str]] = field(default_factory=dict)
