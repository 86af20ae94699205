"""Sends the log to its topic, and moves the checkpoint with what the topic acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from events.broker import Outgoing, Producer
from events.checkpoint import Lead
from events.marks import Reached, first_places, held, marked, shorter

log = structlog.get_logger()
TAIL_LOST = Counter("leidraad_relay_tail_lost", "Times that the topic lost its tail", ["service"])


@dataclass(kw_only=True)
class Publisher:
    """Of one lead with one producer. Nothing is sent before `verify`."""

    service: str
    lead: Lead
    producer: Producer
    reached: Reached = field(default_factory=Reached, init=False)

    async def verify(self, ends: Mapping[int, int] | None = None) -> None:
        """Finds out how far the log is published; goes back if the topic lost what it had.

        What lies at `ends` or after it is not what was there before.
        """
        self.reached = await self.lead.reached()
        while (left := await held(self.producer, self.reached, ends or {})) != self.reached:
            TAIL_LOST.labels(self.service).inc()
            log.error("relay.tail-lost", service=self.service, position=left.position)
            await self.lead.move(self.reached, left)
            self.reached = await self.lead.reached()

    async def look(self) -> None:
        """Learns whether the checkpoint was moved, or the topic became shorter, meanwhile."""
        self.reached = await self.lead.reached()
        extents = await self.producer.extents()
        if shorter({n: e.end for n, e in extents.items()}, self.reached.marks):
            await self.verify()

    async def send(self, messages: Sequence[tuple[int, Outgoing]], to: int) -> bool:
        """Sends messages with their positions, then moves the checkpoint.

        False if it is elsewhere now: what was sent is to be sent again.
        """
        places = await self.producer.send([message for _, message in messages])
        first = first_places(places)
        if shorter(first, self.reached.marks):
            await self.verify(first)
            return False
        positions = (position for position, _ in messages)
        after = Reached(to, marked(self.reached.marks, zip(positions, places, strict=True)))
        if await self.lead.move(self.reached, after):
            self.reached = after
            return True
        self.reached = await self.lead.reached()
        return False
