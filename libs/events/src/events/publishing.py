"""What others may know of a log, as a table: stored event class to the name of a published one."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

from events.codec import Codec
from events.contracts.contract import Contract
from events.relay import Publish, Published
from events.store import Json, Recorded

Entry = str | Callable[[Recorded[Any]], Published | None]
"""The name of a contract that takes the event's fields of the same name, or what makes one."""


class Unpublishable(Exception):
    """The table leaves open what becomes of an event; the service must not start."""


def publishing(
    codec: Codec[Any],
    contracts: Mapping[str, type[Contract]],
    published: Mapping[type[Any], Entry],
    kept: Collection[type[Any]] = (),
) -> Publish:
    """Publishes by the table; `kept` are the events that are nobody else's business."""
    if mistakes := list(_mistakes(set(codec.names.values()), contracts, published, kept)):
        raise Unpublishable("; ".join(mistakes))

    def publish(recorded: Recorded[Json]) -> Published | None:
        decoded = codec.decode(recorded)
        entry = published.get(type(decoded.event))
        if not isinstance(entry, str):
            return entry(decoded) if entry else None
        contract = contracts[entry]
        return entry, contract(**{f: getattr(decoded.event, f) for f in contract.model_fields})

    return publish


def _mistakes(
    stored: Collection[type[Any]],
    contracts: Mapping[str, type[Contract]],
    published: Mapping[type[Any], Entry],
    kept: Collection[type[Any]],
) -> Iterator[str]:
    for event in sorted({*stored, *published, *kept}, key=lambda cls: cls.__name__):
        name, told = event.__name__, (event in published, event in kept)
        if event not in stored:
            yield f"{name} is not stored"
        elif all(told):
            yield f"{name} is both published and kept"
        elif not any(told):
            yield f"{name} is neither published nor kept"
        elif isinstance(entry := published.get(event), str):
            yield from _unfilled(event, entry, contracts)


def _unfilled(
    event: type[Any], name: str, contracts: Mapping[str, type[Contract]]
) -> Iterator[str]:
    if name not in contracts:
        yield f"there is no contract {name}"
        return
    own = {field.name for field in fields(event)}
    for field in contracts[name].model_fields.keys() - own:
        yield f"{event.__name__} has no {field} for {name}"
