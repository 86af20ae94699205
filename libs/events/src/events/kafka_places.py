"""Where a member goes on in Kafka: verified over the connections that it will read over.

The library connects anew by itself, and tells nobody. So its connections are looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import LeaderNotAvailableError, NotCoordinatorForGroupError
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.structs import OffsetAndMetadata

from events.broker import Partition
from events.kafka_producer import NOBODY
from events.kafka_reading import Following, answered, asking_for, committed_in, following
from events.places import is_at, names_a_message, tell_lost

Links = Mapping[TopicPartition, AIOKafkaConnection | None]
"""The connection over which each assigned partition is read; each is used in one life only."""


def links(client: AIOKafkaConsumer) -> Links:
    known = client._client._conns  # noqa: SLF001 - the library says nowhere that it connected anew
    return {
        p: known.get((_leader(client, p), ConnectionGroup.DEFAULT)) for p in client.assignment()
    }


async def linked(client: AIOKafkaConsumer) -> Links:
    """The same, after all are connected."""
    for node in {_leader(client, partition) for partition in client.assignment()}:
        if node in {None, NOBODY} or not await client._client.ready(node):  # noqa: SLF001
            await client._client.force_metadata_update()  # noqa: SLF001
            raise LeaderNotAvailableError
    return links(client)


async def committed(
    client: AIOKafkaConsumer, partitions: Iterable[TopicPartition]
) -> Mapping[TopicPartition, OffsetAndMetadata]:
    """What the group committed of these partitions, where it did; KafkaError if nobody can say.

    A broker that has just come back refuses for a moment. The library takes that for a group that
    committed nothing, which would read everything again.
    """
    coordinator = client._coordinator  # noqa: SLF001
    await coordinator.ensure_coordinator_known()
    asked = defaultdict(list)
    for topic, number in partitions:
        asked[topic].append(number)
    wanted = OffsetFetchRequest(coordinator.group_id, [*asked.items()])
    answer = await coordinator._send_req(wanted)  # noqa: SLF001
    try:
        return committed_in(answer)
    except NotCoordinatorForGroupError:
        coordinator.coordinator_dead()
        raise


async def places(client: AIOKafkaConsumer, group: str) -> Mapping[TopicPartition, int]:
    """Where each assigned partition is to be read on."""
    assigned = list(client.assignment())
    known = await committed(client, assigned)
    starts = await client.beginning_offsets(assigned)
    found: dict[TopicPartition, int] = {}
    for partition in assigned:
        at = known.get(partition)
        if at is None:
            found[partition] = starts[partition]
        elif at.offset <= starts[partition] or await _is_kept(client, partition, at):
            found[partition] = at.offset
        else:
            tell_lost(group, Partition(*partition), at.offset)
            found[partition] = starts[partition]
    return found


async def _is_kept(
    client: AIOKafkaConsumer, partition: TopicPartition, at: OffsetAndMetadata
) -> bool:
    mark, before, place = at.metadata or "", at.offset - 1, Partition(*partition)
    if not names_a_message(mark):
        return True
    return is_at(mark, answered(await _fetched(client, partition, before), place, before))


async def batch_at(client: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> Following:
    """The next batch of a partition, also one that the client itself cannot read."""
    answer = await _fetched(client, partition, offset)
    return following(answer, Partition(*partition), offset)


async def _fetched(client: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> Any:  # noqa: ANN401 - the library makes its classes as it runs
    request = asking_for(Partition(*partition), offset)
    return await client._client.send(_leader(client, partition), request)  # noqa: SLF001


def _leader(client: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    node: int | None = client._client.cluster.leader_for_partition(partition)  # noqa: SLF001
    return node
