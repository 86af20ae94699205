"""The log to its topic: every event at least once, in order per key, from a checkpoint onwards."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from events.broker import Broker
from events.contracts.contract import Contract
from events.parking import Yard
from events.store import Json, Recorded, Store

Published = tuple[str, Contract]
"""The short name of a published event, such as `offer-accepted`, and its payload."""

Publish = Callable[[Recorded[Json]], Published | None]
"""Pure: the stored event as others may see it, or None if it is nobody else's business."""


@dataclass(kw_only=True)
class Relay:
    """Publishes the log of one service; of several processes one is active."""

    store: Store
    publish: Publish
    broker: Broker
    yard: Yard

    async def run(self, stop: asyncio.Event) -> None:
        """Publishes until `stop` is set, and then finishes what it began."""
        raise NotImplementedError
