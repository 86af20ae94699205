"""Reads topics from their beginning to their present end, as any Kafka client can."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from events.broker import PARTITIONS, Message, Partition
from events.envelope import topic_of
from events.marks import decoded as decoded_marks
from events.marks import shorter
from rig.tables import value
from rig.world import World

PUBLISHING = ("intake", "casefile", "scheduling", "notifications")
GROUPS = {
    "casefile.referrals": ["intake"],
    "casefile.consents": ["intake"],
    "scheduling.deadlines": ["casefile", "intake"],
    "scheduling.consents": ["casefile"],
    "notifications.deadlines": ["scheduling"],
    "analytics.log": PUBLISHING,
}


async def messages(world: World, *services: str) -> list[Message]:
    """All messages, partition by partition, in the order of each."""
    found: dict[TopicPartition, list[Message]] = {p: [] for p in _partitions(services)}
    async with _client(world) as client:
        client.assign([*found])
        ends = await client.end_offsets([*found])
        while any([await client.position(p) < end for p, end in ends.items()]):
            polled = await client.getmany(timeout_ms=1000)
            for partition, records in polled.items():
                found[partition] += [_message(r) for r in records if r.offset < ends[partition]]
    return [message for own in found.values() for message in own]


async def own_messages(world: World, *services: str) -> list[Message]:
    """What the services sent themselves: what tests put there may not even be readable."""
    found = await messages(world, *services)
    return [m for m in found if dict(m.headers)["ce_id"].decode() not in world.foreign]


async def of_key(world: World, service: str, key: object) -> list[BaseCloudEvent]:
    """The events of one key in the order of the topic."""
    own = [m for m in await own_messages(world, service) if m.key == str(key).encode()]
    return [decoded(message) for message in own]


def decoded(message: Message) -> BaseCloudEvent:
    """What a decoder that is not ours makes of a message."""
    headers = dict(message.headers)
    assert len(headers) == len(message.headers)
    value = message.value or b""
    return from_binary_event(KafkaMessage(headers=headers, key=message.key, value=value))


async def send(world: World, message: Message) -> None:
    """Puts a message on a topic that none of the services would send."""
    await send_all(world, [message])


async def send_all(world: World, found: Iterable[Message]) -> None:
    """Puts messages where they name their place, one after the other."""
    producer = AIOKafkaProducer(bootstrap_servers=world.stack.servers.kafka)
    await producer.start()
    try:
        sent = [
            await producer.send(
                message.partition.topic,
                message.value,
                key=message.key,
                headers=[*message.headers],
                partition=message.partition.number,
            )
            for message in found
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def lag(world: World) -> int:
    """How many messages the consumer groups have not committed."""
    return sum([await lag_of(world, group) for group in GROUPS])


async def lag_of(world: World, group: str) -> int:
    async with _client(world, group) as client:
        partitions = _partitions(GROUPS[group])
        client.assign(partitions)
        ends = await client.end_offsets(partitions)
        committed = [await client.committed(partition) or 0 for partition in partitions]
    return int(sum(ends.values()) - sum(committed))


async def cut_short(world: World) -> list[str]:
    """Services whose topic lost its tail, as long as their relay has not noticed."""
    return [service for service in PUBLISHING if await _is_cut_short(world, service)]


async def _is_cut_short(world: World, service: str) -> bool:
    marks = decoded_marks(await value(world, service, "select marks from relay") or "{}")
    async with _client(world) as client:
        ends = await client.end_offsets(_partitions([service]))
    return shorter({partition.partition: end for partition, end in ends.items()}, marks)


def _partitions(services: Iterable[str]) -> list[TopicPartition]:
    return [TopicPartition(topic_of(s), number) for s in services for number in range(PARTITIONS)]


def _message(record: ConsumerRecord) -> Message:
    place = Partition(record.topic, record.partition)
    return Message(place, record.offset, record.key, [*record.headers], record.value)


@asynccontextmanager
async def _client(world: World, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        bootstrap_servers=world.stack.servers.kafka,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await client.start()
    try:
        yield client
    finally:
        await client.stop()
