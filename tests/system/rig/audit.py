"""Holds everything that the services stored and published to the promises of the log."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from cloudevents.core.base import BaseCloudEvent

from rig.tables import rows
from rig.topics import PUBLISHING, decoded, own_messages
from rig.world import World

KEPT_TO_ONESELF = (
    "organisation.address-changed.v1",
    "case.contact-data-received.v1",
    "case.contact-data-refused.v1",
    "track.opened.v1",
    "message.delivery-started.v1",
    "message.delivery-deferred.v1",
)
"""Stored events that are nobody else's business, and are not published."""

_LOG = "select position, id, key, stream, version, type from events order by position"
_KEPT = "select id from events"
_PARKED = """select convert_from(h.value, 'UTF8') as id
    from parked_messages m, unnest(m.header_names, m.header_values) h (name, value)
    where h.name = 'ce_id'"""


async def audit(world: World) -> None:
    """Nothing is lost, nothing is there twice, and order is kept; the system must be at rest.

    What is parked is not lost. That nothing is in a log twice, its database sees to.
    """
    known = await rows(world, "analytics", _KEPT) + await rows(world, "analytics", _PARKED)
    kept = {str(row["id"]) for row in known}
    for service in PUBLISHING:
        log = await rows(world, service, _LOG)
        _numbered(log)
        published = {str(r["id"]): r for r in log if r["type"] not in KEPT_TO_ONESELF}
        sent = [decoded(m) for m in await own_messages(world, service)]
        own = [event for event in sent if event.get_id() in published]
        strange = {event.get_id() for event in sent} - published.keys()
        assert not strange, f"{service} published what it never stored"
        lost = published.keys() - {event.get_id() for event in own}
        assert not lost, f"{service} did not publish {len(lost)} events"
        in_order(own)
        assert published.keys() <= kept, f"analytics misses some of {service}"


def _numbered(log: Sequence[Any]) -> None:
    """Positions and the versions of each stream have no gap and nothing twice."""
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    versions = Counter[object]()
    for row in log:
        versions[row["stream"]] += 1
        assert row["version"] == versions[row["stream"]]


def in_order(events: Sequence[BaseCloudEvent]) -> None:
    """Of one service: each key is in the order of the log, each stream in its own."""
    positions = defaultdict[str, list[int]](list)
    sequences = defaultdict[str, list[int]](list)
    for event in first_deliveries(events):
        positions[str(event.get_extension("partitionkey"))].append(number(event, "position"))
        sequences[str(event.get_subject())].append(number(event, "sequence"))
    for numbers in (*positions.values(), *sequences.values()):
        assert numbers == sorted(set(numbers))


def first_deliveries(events: Sequence[BaseCloudEvent]) -> list[BaseCloudEvent]:
    """Without repetitions."""
    first: dict[str, BaseCloudEvent] = {}
    for event in events:
        first.setdefault(str(event.get_id()), event)
    return [*first.values()]


def number(event: BaseCloudEvent, attribute: str) -> int:
    return int(str(event.get_extension(attribute)))
