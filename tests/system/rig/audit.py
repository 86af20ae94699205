"""Holds everything that the services stored and published to the promises of the log."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cloudevents.core.base import BaseCloudEvent

from checker.check import check
from rig.dump import keep
from rig.evidence import gather
from rig.reader import caught_up
from rig.world import World

MOST_SHOWN = 50
KEPT = Path("build/evidence")


async def audit(world: World) -> None:
    """Nothing is lost, doubled, halved, stale or out of order; the system must be at rest.

    The evidence of what is not so is kept, for `make check`.
    """
    await caught_up(world)
    evidence = await gather(world, world.ledger.exchanges, world.seen)
    found = check(evidence, world.rules, settled=True)
    if found:
        keep(evidence, world, KEPT)
    shown = "\n".join(map(str, found[:MOST_SHOWN]))
    assert not found, f"{len(found)} violations, by the evidence in {KEPT}:\n{shown}"


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
