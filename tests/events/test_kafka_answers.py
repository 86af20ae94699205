"""What Kafka answers that is neither yes nor no: a refusal, and that it needs a moment."""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.commit import OffsetFetchResponse_v3
from aiokafka.protocol.transaction import InitProducerIdResponse_v0
from aiokafka.structs import OffsetAndMetadata

from events.broker import BrokerFailed, Outgoing
from events.kafka_producer import KafkaProducer
from events.kafka_reading import committed_in

TOPIC = "intake.events"
Place = tuple[int, int, str, int]


def answer(places: Sequence[Place], code: int = 0) -> OffsetFetchResponse_v3:
    sent = OffsetFetchResponse_v3(0, [(TOPIC, list(places))] if places else [], code)
    return OffsetFetchResponse_v3.decode(sent.encode())


def test_only_partitions_with_a_committed_offset_are_named() -> None:
    found = committed_in(answer([(0, 5, "mark", 0), (1, -1, "", 0)]))

    assert found == {TopicPartition(TOPIC, 0): OffsetAndMetadata(5, "mark")}


@pytest.mark.parametrize("refusal", [GroupLoadInProgressError, NotCoordinatorForGroupError])
def test_a_broker_that_just_came_back_and_names_nothing_has_refused(
    refusal: type[KafkaError],
) -> None:
    with pytest.raises(refusal):
        committed_in(answer([], code=refusal.errno))


def test_a_refusal_for_one_partition_is_one_for_all() -> None:
    places = [(0, 5, "mark", 0), (1, -1, "", TopicAuthorizationFailedError.errno)]

    with pytest.raises(TopicAuthorizationFailedError):
        committed_in(answer(places))


class Link:
    """A connection to a server that gives these codes, one to each request, or fails."""

    _writer = None

    def __init__(self, *codes: int | Exception) -> None:
        self.codes = list(codes)
        self.closed = False

    async def send(self, _: object) -> Any:  # noqa: ANN401 - the library makes its classes as it runs
        code = self.codes.pop(0)
        if isinstance(code, Exception):
            raise code
        return InitProducerIdResponse_v0(0, code, 7, 0)

    def close(self) -> None:
        self.closed = True


def producer(link: Link) -> KafkaProducer:
    return KafkaProducer(TOPIC, {0: 1}, {1: cast("AIOKafkaConnection", link)})


async def test_a_producer_waits_for_a_server_that_has_no_numbers_yet() -> None:
    link = Link(GroupLoadInProgressError.errno, GroupLoadInProgressError.errno, 0)

    await producer(link).begin()

    assert (link.codes, link.closed) == ([], False)


async def test_a_server_that_refuses_numbers_is_not_asked_again() -> None:
    link = Link(ClusterAuthorizationFailedError.errno, 0)

    with pytest.raises(BrokerFailed, match="ClusterAuthorizationFailedError"):
        await producer(link).begin()

    assert (link.codes, link.closed) == ([0], True)


async def test_after_a_request_without_an_answer_nothing_more_is_sent() -> None:
    """It may still arrive: what is sent after it by the same producer could be overtaken."""
    link = Link(RequestTimedOutError())

    with pytest.raises(BrokerFailed):
        await producer(link).send([Outgoing(TOPIC, b"key", [], b"{}")])

    assert link.closed
