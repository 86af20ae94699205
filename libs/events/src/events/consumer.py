"""Kafka to inbox to reaction: each message has its effect once, in order per key; failures wait apart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.broker import Broker, Message
from events.commands import Cause, StreamType, execute
from events.contracts.contract import Contract
from events.parking import Yard
from events.store import AlreadyDone, Metadata, Recorded, Store, WriteSet

Handle = Callable[[Recorded[Any]], Awaitable[None]]
"""Brings about the effect of a message, with its inbox row in the same write set."""

Read = Callable[[Message], Recorded[Any] | None]
"""Makes an event of a message; None if it is not to be handled, BadMessage if it cannot be read."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reaction wants to happen: a command on a stream of the message's key."""

    stream_type: StreamType[Any, Any, Any]
    stream: UUID
    command: object


Reaction = Callable[[Recorded[Contract]], Ask | None]


def react(store: Store, group: str, reactions: Mapping[str, Reaction]) -> Handle:
    """Turns pure reactions, by full published type, into a handler: effect and inbox row are one write."""

    async def handle(message: Recorded[Contract]) -> None:
        reaction = reactions.get(message.type)
        if reaction is None:
            return
        ask = reaction(message)
        inbox = WriteSet(message=(group, message.id))
        try:
            if ask is None:
                await store.append(inbox)
            else:
                await _execute(store, ask, message, inbox)
        except AlreadyDone:
            return

    return handle


async def _execute(store: Store, ask: Ask, message: Recorded[Contract], inbox: WriteSet) -> None:
    cause = Cause(metadata=follows(message, store.source), beside=inbox)
    await execute(
        store, ask.stream_type, message.key, ask.command, cause, stream=ask.stream
    )


def follows(message: Recorded[Any], service: str) -> Metadata:
    """The metadata of what a message causes: the service acts, in the course of the same request."""
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
    """One consumer group of a service, over topics of others."""

    group: str
    topics: Sequence[str]
    read: Read
    handle: Handle
    broker: Broker
    yard: Yard
    concurrency: int = 16

    async def run(self, stop: asyncio.Event) -> None:
        """Consumes until `stop` is set, and then finishes what it began."""
        raise NotImplementedError
