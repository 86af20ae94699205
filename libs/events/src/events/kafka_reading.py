"""What Kafka answers: a message that is asked for by its place, any record, committed offsets."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record import MemoryRecords
from aiokafka.structs import OffsetAndMetadata

from events.broker import Message, Partition

ONE_BATCH = 1
"""Of the first partition that is asked for, a broker gives a whole batch, whatever its size."""

NONE = -1
"""The offset of a partition of which a group committed none."""

UNREADABLE = (KafkaError, ValueError, IndexError)
"""What the library's parser raises at records that no client of ours made."""


def asking_for(partition: Partition, offset: int) -> FetchRequest:
    wanted = [(partition.topic, [(partition.number, offset, ONE_BATCH)])]
    return FetchRequest(0, 1, ONE_BATCH, 0, wanted)


def answered(answer: Any, partition: Partition, offset: int) -> Message | None:  # noqa: ANN401 - the library makes its classes as it runs
    """The message at that offset; None if there is none, or none that can be read."""
    [(_, [(_, code, *_, data)])] = answer.topics
    if for_code(code) is OffsetOutOfRangeError:
        return None
    if code:
        raise for_code(code)
    try:
        return next((m for m in _messages(partition, data) if m.offset == offset), None)
    except UNREADABLE:
        return None


def committed_in(answer: Any) -> Mapping[TopicPartition, OffsetAndMetadata]:  # noqa: ANN401 - as above
    """What a group committed, where it did; the answer may refuse as a whole or in one place."""
    places = [(topic, *place) for topic, partitions in answer.topics for place in partitions]
    for code in [answer.error_code, *(code for *_, code in places)]:
        if code:
            raise for_code(code)
    return {
        TopicPartition(topic, number): OffsetAndMetadata(offset, mark)
        for topic, number, offset, mark, _ in places
        if offset != NONE
    }


def message_of(partition: Partition, record: Any) -> Message:  # noqa: ANN401 - as above
    return Message(
        partition, record.offset, record.key, record.headers, record.value, record.timestamp
    )


def _messages(partition: Partition, data: bytes) -> Iterator[Message]:
    records = MemoryRecords(data)
    while records.has_next():
        for record in records.next_batch():
            yield message_of(partition, record)
