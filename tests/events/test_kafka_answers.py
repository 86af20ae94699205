"""What Kafka answers about committed offsets: a refusal is not an answer that there are none."""

from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    TopicAuthorizationFailedError,
)
from aiokafka.protocol.commit import OffsetFetchResponse_v3
from aiokafka.structs import OffsetAndMetadata

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
