"""Kafka to inbox to reaction: each message has its effect once, in the order of its key."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from events.backoff import Backoff, pause
from events.broker import Broker, BrokerFailed, Partition, Subscription
from events.commands import Cause, StreamType, execute
from events.contracts.contract import Contract
from events.failures import INFRASTRUCTURE, OUTAGES, code_of, place_of
from events.lanes import HANDLE_SECONDS, Handle, Lanes, Read
from events.parking import Parked, Request, Yard
from events.store import AlreadyDone, Metadata, Recorded, Store, WriteSet

log = structlog.get_logger()
LAG = Gauge("leidraad_consumer_lag", "Messages not yet committed", ["group", "topic"])
PARKED = Gauge("leidraad_parked_keys", "Keys that wait for an operator", ["group"])
RENEWED = Counter("leidraad_consumer_renewed", "Members made anew after a failure", ["group"])


class Stalled(Exception):
    """There is something to read, or nobody can say, and nothing moves: a new member is made."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reaction wants to happen: a command on a stream of the message's key.

    `looks_at` names the streams that a gathered command looks at though they may not have begun.
    """

    stream_type: StreamType[Any, Any, Any]
    stream: UUID
    command: object
    looks_at: Sequence[UUID] = ()


Reaction = Callable[[Recorded[Contract]], Sequence[Ask]]
"""Pure: a published event to what it should bring about here, if anything."""


def react(store: Store, group: str, reactions: Mapping[str, Reaction]) -> Handle:
    """Makes a handler of pure reactions, by published type; effect and inbox row are one write.

    Where a message brings about several things, each has an inbox row of its own.
    """

    async def handle(message: Recorded[Contract]) -> None:
        reaction = reactions.get(message.type)
        if reaction is None:
            return
        asks = reaction(message)
        for number, ask in enumerate(asks):
            effect = f"{group}/{number}" if number else group
            with suppress(AlreadyDone):
                await _execute(store, ask, message, WriteSet(message=(effect, message.id)))
        if not asks:
            with suppress(AlreadyDone):
                await store.append(WriteSet(message=(group, message.id)))

    return handle


async def _execute(store: Store, ask: Ask, message: Recorded[Contract], inbox: WriteSet) -> None:
    cause = Cause(metadata=follows(message, store.source), beside=inbox, looks_at=ask.looks_at)
    await execute(store, ask.stream_type, message.key, ask.command, cause, stream=ask.stream)


def follows(message: Recorded[Any], service: str) -> Metadata:
    """The metadata of what a message causes: the service acts, within the same request."""
    return Metadata(
        actor=service,
        role="service",
        correlation_id=message.metadata.correlation_id,
        causation_id=message.id,
        traceparent=message.metadata.traceparent,
        programme=message.metadata.programme,
        programme_version=message.metadata.programme_version,
    )


@dataclass(kw_only=True)
class Consumer:
    """One consumer group of a service, over topics of others; `healthy` is what its probe says."""

    group: str
    topics: Sequence[str]
    read: Read
    handle: Handle
    broker: Broker
    yard: Yard
    concurrency: int = 16
    most_unfinished: int = 1000
    backoff: Backoff = field(default_factory=Backoff)
    rejoin: Backoff = field(default_factory=lambda: Backoff(longest_seconds=5.0))
    chance: random.Random = field(default_factory=random.Random)
    handle_seconds: float = HANDLE_SECONDS
    watch_seconds: float = 10.0
    stalled_seconds: float = 30.0
    finish_seconds: float = 15.0
    look_seconds: float = 1.0
    healthy: bool = field(default=True, init=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Consumes until `stop` is set, and then finishes what it began."""
        failures = 0
        while not stop.is_set():
            try:
                await self._member(stop)
            except Exception as error:  # noqa: BLE001 - whatever it was, a new member begins anew
                failures = 1 if self.healthy else failures + 1
                self.healthy = False
                RENEWED.labels(self.group).inc()
                _log_end(self.group, error)
                await pause(stop, self.rejoin.delay(failures, self.chance))

    async def _member(self, stop: asyncio.Event) -> None:
        self._progress = asyncio.get_running_loop().time()
        subscribed = self.broker.subscribe(self.group, self.topics)
        async with subscribed as member, asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch(member))
            while not stop.is_set():
                await self._generation(member, stop)
            watch.cancel()

    async def _generation(self, member: Subscription, stop: asyncio.Event) -> None:
        """What happens from one rebalance to the next; nothing is carried over."""
        await member.rewind()
        lanes = Lanes(
            group=self.group,
            read=self.read,
            handle=self.handle,
            yard=self.yard,
            backoff=self.backoff,
            chance=self.chance,
            concurrency=self.concurrency,
            handle_seconds=self.handle_seconds,
        )
        try:
            await self._follow(member, lanes, stop)
        finally:
            await lanes.finish(self.finish_seconds)
            await self._commit(member, lanes)

    async def _follow(self, member: Subscription, lanes: Lanes, stop: asyncio.Event) -> None:
        """Parked keys are read after the offsets: what was parked elsewhere is known by then."""
        lanes.attend(await self._parked(stop), member.assigned())
        looked = asyncio.get_running_loop().time()
        while not stop.is_set():
            messages = await member.poll(min(0.2, self.look_seconds))
            if member.rebalanced():
                return
            lanes.accept(messages)
            full = lanes.offsets.unfinished >= self.most_unfinished
            member.pause() if full else member.resume()
            if (now := asyncio.get_running_loop().time()) >= looked + self.look_seconds:
                looked = now
                await self._look(member, lanes)

    async def _look(self, member: Subscription, lanes: Lanes) -> None:
        if lanes.failure:
            raise lanes.failure
        self._progress = lanes.progress
        await self._commit(member, lanes)
        with suppress(*INFRASTRUCTURE):
            lanes.attend(await self._list(), member.assigned())

    async def _commit(self, member: Subscription, lanes: Lanes) -> None:
        """Commits what is finished; what cannot be committed is read again and found done."""
        assigned = member.assigned()
        bookmarks = {p: b for p, b in lanes.offsets.ready().items() if p in assigned}
        try:
            await lanes.forget()
            if bookmarks:
                await member.commit(bookmarks)
                lanes.offsets.committed(bookmarks)
                self.healthy = True
        except OUTAGES as error:
            log.warning("consumer.not-committed", group=self.group, reason=code_of(error))

    async def _parked(self, stop: asyncio.Event) -> Sequence[Parked]:
        failures = 0
        while not stop.is_set():
            try:
                return await self._list()
            except INFRASTRUCTURE:
                failures += 1
                await pause(stop, self.backoff.delay(failures, self.chance))
        return []

    async def _list(self) -> Sequence[Parked]:
        parked = await self.yard.list(self.group)
        PARKED.labels(self.group).set(len(parked))
        return parked

    async def _watch(self, member: Subscription) -> None:
        """Ends the member when something waits and nothing moves: such members do not recover.

        One that cannot learn its lag for as long is no better: its coordinator may have ended.
        """
        moved = asyncio.get_running_loop().time()
        before = -1
        while True:
            behind = await self._waiting(member)
            now = asyncio.get_running_loop().time()
            if behind is None:
                self.healthy = False
            elif behind == 0 or behind < before or self._progress > moved:
                moved, self.healthy = now, True
            if now - moved >= self.stalled_seconds:
                raise Stalled("how much waits is not known" if behind is None else f"{behind} wait")
            before = before if behind is None else behind
            await asyncio.sleep(self.watch_seconds)

    async def _waiting(self, member: Subscription) -> int | None:
        """What is to be read or tried again in our partitions, or in all if we were given none."""
        asked = await self._asked()
        try:
            async with asyncio.timeout(self.watch_seconds):
                lag = await member.lag()
        except (BrokerFailed, TimeoutError):
            return None
        ours = {p: n for p, n in lag.items() if p in member.assigned()}
        for topic in self.topics:
            LAG.labels(self.group, topic).set(_of_topic(topic, ours))
        looked_at = ours or lag
        return sum(looked_at.values()) + sum(n for place, n in asked if place in looked_at)

    async def _asked(self) -> Sequence[tuple[Partition, int]]:
        """How much waits in keys that are to be tried again; nothing while nobody can say."""
        with suppress(*INFRASTRUCTURE):
            asked = (key for key in await self._list() if key.request is not Request.NONE)
            return [(key.place, key.messages) for key in asked]
        return []


def _of_topic(topic: str, lag: Mapping[Partition, int]) -> int:
    return sum(n for partition, n in lag.items() if partition.topic == topic)


def _log_end(group: str, error: BaseException) -> None:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    log.error("consumer.ended", group=group, reason=code_of(error), at=place_of(error))
