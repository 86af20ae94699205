"""What Kafka answers: a message that is asked for by its place, any record, committed offsets."""

from collections.abc import Iterator, Mapping, Sequence
from struct import Struct
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import DefaultRecordBase, _DefaultRecordBatchPy
from aiokafka.structs import OffsetAndMetadata

from events.broker import Message, Partition

ONE_BATCH = 1
"""Of the first partition that is asked for, a broker gives a whole batch, whatever its size."""

_LENGTH_AT, _LENGTH = 8, Struct(">i")

NONE = -1
"""The offset of a partition of which a group committed none."""

UNREADABLE = (KafkaError, ValueError, IndexError)
"""What the library's parser raises at records that no client of ours made."""

UNNAMED = (UnicodeDecodeError, CorruptRecordException)
"""What it raises at a header whose name is not UTF-8, in its fast form and in its other one."""


class Following(NamedTuple):
    """The messages of a batch from an offset on, and the offset after it."""

    messages: Sequence[Message]
    end: int


def asking_for(partition: Partition, offset: int) -> FetchRequest:
    wanted = [(partition.topic, [(partition.number, offset, ONE_BATCH)])]
    return FetchRequest(0, 1, ONE_BATCH, 0, wanted)


def answered(answer: Any, partition: Partition, offset: int) -> Message | None:  # noqa: ANN401 - the library makes its classes as it runs
    """The message at that offset; None if there is none, or none that can be read."""
    data = _data(answer)
    try:
        messages = _following(data, partition, offset).messages
    except UNREADABLE:
        return None
    return next((m for m in messages if m.offset == offset), None)


def following(answer: Any, partition: Partition, offset: int) -> Following:  # noqa: ANN401 - as above
    """What the batch at an offset still holds, whatever its headers are called."""
    return _following(_data(answer), partition, offset)


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


def _data(answer: Any) -> bytes:  # noqa: ANN401 - as above
    """Nothing where there is no such place any more."""
    [(_, [(_, code, *_, data)])] = answer.topics
    if for_code(code) is OffsetOutOfRangeError:
        return b""
    if code:
        raise for_code(code)
    return bytes(data)


def _following(data: bytes, partition: Partition, offset: int) -> Following:
    messages: list[Message] = []
    end = offset
    for batch in _batches(data):
        if not batch.is_control_batch:
            messages += (message_of(partition, r) for r in batch if r.offset >= offset)
        end = batch.next_offset
    return Following(messages, end)


def _batches(data: bytes) -> Iterator[_DefaultRecordBatchPy]:
    """By the parser that is written in Python: the fast one can be taught nothing."""
    while len(data) >= DefaultRecordBase.AFTER_LEN_OFFSET:
        own = _LENGTH.unpack_from(data, _LENGTH_AT)[0] + DefaultRecordBase.AFTER_LEN_OFFSET
        batch = _DefaultRecordBatchPy(data[:own])
        if not batch.validate_crc():
            raise CorruptRecordException
        batch._maybe_uncompress()  # noqa: SLF001 - names are taken out of what it leaves
        batch._buffer = _Lenient(batch._buffer)  # noqa: SLF001
        yield batch
        data = data[own:]


class _Lenient(bytearray):
    """Of its parts any bytes are a text: what is not UTF-8 stays, as lone surrogates."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as a bytearray's
        part = super().__getitem__(place)
        return _Lenient(part) if isinstance(place, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, errors)
