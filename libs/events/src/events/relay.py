"""The log to its topic: every event at least once, in order per key, from a checkpoint onwards."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Gauge

from events.backoff import Backoff, pause
from events.broker import Broker, Message, Outgoing, Partition
from events.checkpoint import Checkpoint, Lead
from events.codec import UnknownEvent
from events.contracts.contract import Contract
from events.envelope import to_message, topic_of
from events.failures import OUTAGES, code_of, place_of
from events.parking import NO_PARTITION, Lane, Parked, Request, Yard
from events.publisher import Publisher
from events.store import Json, Recorded, Store

log = structlog.get_logger()
BACKLOG = Gauge("leidraad_relay_backlog", "Events not yet published", ["service"])
AGE = Gauge("leidraad_relay_oldest_seconds", "Age of the oldest unpublished event", ["service"])
PUBLISHED = Counter("leidraad_relay_published", "Events published", ["service"])
RELAY_PARKED = Gauge("leidraad_relay_parked_keys", "Keys that cannot be published", ["service"])

TOO_LARGE, UNKNOWN = "message-too-large", code_of(UnknownEvent())

Published = tuple[str, Contract]
"""The short name of a published event, such as `offer-accepted`, and its payload."""

Publish = Callable[[Recorded[Json]], Published | None]
"""Pure: the stored event as others may see it, or None if it is nobody else's business."""


def relay_group(service: str) -> str:
    """Under which group the keys that cannot be published are parked."""
    return f"{service}.relay"


@dataclass(kw_only=True)
class Relay:
    """Publishes the log of one service; of several processes one is active."""

    store: Store
    publish: Publish
    broker: Broker
    checkpoint: Checkpoint
    yard: Yard
    chunk: int = 500
    most_bytes: int = 900_000
    look_seconds: float = 1.0
    backoff: Backoff = field(default_factory=Backoff)
    chance: random.Random = field(default_factory=random.Random)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    healthy: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self._group = relay_group(self.store.source)
        self._topic = topic_of(self.store.source)
        self._parked: dict[Lane, int] = {}
        self._failures = 0
        self._looked = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Publishes until `stop` is set, and then finishes what it began."""
        while not stop.is_set():
            try:
                async with self.checkpoint.lead() as lead:
                    if lead is not None:
                        await self._lead(lead, stop)
                await pause(stop, self.look_seconds)
            except OUTAGES as error:
                self.healthy = False
                self._failures += 1
                log.warning("relay.waits", service=self.store.source, reason=code_of(error))
                await pause(stop, self.backoff.delay(self._failures, self.chance))

    async def _lead(self, lead: Lead, stop: asyncio.Event) -> None:
        """A new producer begins at the checkpoint: what an old one may have sent comes again."""
        self._looked = float("-inf")
        await self._ask_again()
        await self._measure((await lead.reached()).position)
        async with self.broker.producer(self._topic) as producer:
            publisher = Publisher(service=self.store.source, lead=lead, producer=producer)
            await publisher.verify()
            async for _ in self.store.appended():
                while not stop.is_set() and await self._step(publisher):
                    pass
                if stop.is_set():
                    return

    async def _ask_again(self) -> None:
        """An event that a relay of an earlier version did not know may be known here."""
        for key in await self.yard.list(self._group):
            if key.reason == UNKNOWN and key.request is Request.NONE:
                await self.yard.request_retry(key.lane)

    async def _step(self, publisher: Publisher) -> bool:
        """Publishes the next chunk; False if there is none."""
        if (now := asyncio.get_running_loop().time()) >= self._looked + self.look_seconds:
            self._looked = now
            await publisher.look()
            await self._measure(publisher.reached.position)
            await self._attend(publisher)
        if events := await self.store.after(publisher.reached.position, self.chunk):
            found = [(e.position, await self._message(e)) for e in events]
            messages = [(position, m) for position, m in found if m]
            await publisher.send(messages, to=events[-1].position)
            PUBLISHED.labels(self.store.source).inc(len(messages))
        self.healthy, self._failures = True, 0
        return bool(events)

    async def _message(self, event: Recorded[Json]) -> Outgoing | None:
        """What is to be sent; None also for what is parked.

        What comes again from before the first that is parked goes out: it may not have arrived.
        """
        lane = Lane(self._group, self._topic, event.key)
        first = self._parked.get(lane)
        if first is not None and first <= event.position:
            if await self.yard.behind(lane, self._place(event)):
                return None
            del self._parked[lane]
        message, reason = self._mapped(event)
        if reason:
            await self.yard.park(lane, self._place(event), reason)
            self._parked[lane] = event.position
            log.error("relay.parked", service=event.source, position=event.position, reason=reason)
        return message

    def _mapped(self, event: Recorded[Json]) -> tuple[Outgoing | None, str | None]:
        """The message, or why there is none: a code."""
        try:
            published = self.publish(event)
            message = to_message(event, published) if published else None
        except Exception as error:  # noqa: BLE001 - whatever a mapping raises parks its key
            log.warning("relay.unmapped", reason=code_of(error), at=place_of(error))
            return None, code_of(error)
        if message and message.size > self.most_bytes:
            return None, TOO_LARGE
        return message, None

    def _place(self, event: Recorded[Json]) -> Message:
        """What is parked is where the event is, not the event."""
        key = str(event.key).encode()
        return Message(Partition(self._topic, NO_PARTITION), event.position, key, [], None)

    async def _attend(self, publisher: Publisher) -> None:
        """Does what was asked for a key only once all that comes before it has been sent."""
        for key in await self.yard.list(self._group):
            if key.request is not Request.NONE and key.first <= publisher.reached.position:
                await self._drain(key, publisher)
        parked = await self.yard.list(self._group)
        self._parked = {key.lane: key.first for key in parked}
        RELAY_PARKED.labels(self.store.source).set(len(parked))

    async def _drain(self, key: Parked, publisher: Publisher) -> None:
        """Does what was asked: leaves out the head or not, then publishes what waits, in order."""
        while waiting := await self.yard.first(key.lane):
            if waiting.skip:
                free = await self.yard.skip(key.lane, waiting)
            else:
                [event] = await self.store.after(waiting.message.offset - 1, 1)
                message, reason = self._mapped(event)
                if reason:
                    await self.yard.again(key.lane, waiting, reason)
                    return
                sent = [(event.position, message)] if message else []
                if not await publisher.send(sent, to=publisher.reached.position):
                    return
                free = await self.yard.done(key.lane, waiting)
            if free:
                return

    async def _measure(self, position: int) -> None:
        head = await self.store.head()
        oldest = await self.store.after(position, 1)
        age = (self.clock() - oldest[0].recorded_at).total_seconds() if oldest else 0
        BACKLOG.labels(self.store.source).set(head.position - position)
        AGE.labels(self.store.source).set(max(age, 0))


async def republish(checkpoint: Checkpoint, from_position: int) -> int:
    """Lets the relay send everything from a position again: same ids, keys and order."""
    return await checkpoint.rewind(max(from_position - 1, 0))
