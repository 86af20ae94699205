"""Event class to stored name and JSON, and back; old names are read through upcasters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter

from events.occurrence import Occurred
from events.store import Json, Recorded

E = TypeVar("E")
Upcaster = Callable[[Json], tuple[str, Json]]
"""Turns the JSON of an old stored name into a newer name and its JSON."""

_ENVELOPE = ("occurred", "corrects")
"""Fields of an event class that are stored in columns of the log instead of in its JSON."""


class UnknownEvent(Exception):
    """The log holds an event that this version of the code cannot read."""


class _Adapters(dict[type[Any], TypeAdapter[Any]]):
    """Each made when it is first needed: all together would cost a process much of its start."""

    def __missing__(self, event: type[Any]) -> TypeAdapter[Any]:
        return self.setdefault(event, TypeAdapter(event))


_ADAPTERS = _Adapters()


class Codec(Generic[E]):
    """Reads and writes the events of one stream type; `names` never changes."""

    def __init__(
        self, names: Mapping[str, type[Any]], upcasters: Mapping[str, Upcaster] | None = None
    ) -> None:
        self.names = names
        self.upcasters = upcasters or {}
        self._name_of = {cls: name for name, cls in names.items()}
        self._lifted = {
            name: [f.name for f in fields(cls) if f.name in _ENVELOPE]
            for name, cls in names.items()
        }

    @property
    def stored_names(self) -> frozenset[str]:
        """All names that it reads, the old ones too."""
        return frozenset(self.names) | frozenset(self.upcasters)

    def encode(self, event: E) -> tuple[str, Json]:
        """The stored name and the JSON, without what the log keeps in columns."""
        name = self._name_of[type(event)]
        data = _ADAPTERS[type(event)].dump_python(event, mode="json", exclude=set(_ENVELOPE))
        return name, cast("Json", data)

    def reads(self, name: str) -> bool:
        return name in self.names or name in self.upcasters

    def decode(self, recorded: Recorded[Json]) -> Recorded[E]:
        name, data = recorded.type, recorded.event
        while name in self.upcasters:
            name, data = self.upcasters[name](data)
        if name not in self.names:
            msg = f"{recorded.type} at position {recorded.position} of {recorded.source}"
            raise UnknownEvent(msg)
        lifted: dict[str, Occurred | object] = {f: getattr(recorded, f) for f in self._lifted[name]}
        event = _ADAPTERS[self.names[name]].validate_python({**data, **lifted})
        return Recorded(
            source=recorded.source,
            position=recorded.position,
            id=recorded.id,
            key=recorded.key,
            stream=recorded.stream,
            version=recorded.version,
            type=name,
            event=cast("E", event),
            occurred=recorded.occurred,
            recorded_at=recorded.recorded_at,
            metadata=recorded.metadata,
            corrects=recorded.corrects,
        )

    def told_last(self, history: Sequence[Recorded[Json]], field: str, id_: UUID) -> UUID | None:
        """The last event of which a field names this: it is what a correction of it corrects."""
        return self.last(history, lambda event: getattr(event, field, None) == id_)

    def last(self, history: Sequence[Recorded[Json]], is_it: Callable[[Any], bool]) -> UUID | None:
        """The id of the last event of which this is so."""
        told = map(self.decode, reversed(history))
        return next((r.id for r in told if is_it(r.event)), None)


def joined(*codecs: Codec[Any]) -> Codec[Any]:
    """One codec for all events of a service."""
    names = {name: cls for codec in codecs for name, cls in codec.names.items()}
    upcasters = {name: up for codec in codecs for name, up in codec.upcasters.items()}
    return Codec(names, upcasters)
