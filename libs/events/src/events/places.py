"""A committed offset means a place only as long as the message before it is the same."""

from hashlib import sha256

import structlog
from prometheus_client import Counter

from events.broker import Message, Partition

log = structlog.get_logger()
LOST = Counter(
    "leidraad_consumer_place_lost", "Partitions read from their beginning again", ["group", "topic"]
)
PREFIX = "leidraad:"
DIGITS = 32


def mark_of(message: Message) -> str:
    """Says which message it is, as it was written this once; nothing of what is in it."""
    headers = [tuple(header) for header in message.headers]
    content = repr((message.stamp, message.key, headers, message.value))
    return PREFIX + sha256(content.encode()).hexdigest()[:DIGITS]


def names_a_message(mark: str) -> bool:
    """What older versions and other tools committed is believed as it is."""
    return mark.startswith(PREFIX)


def is_at(mark: str, found: Message | None) -> bool:
    """A log loses only its tail: where this very message lies, all before it do."""
    return found is not None and mark_of(found) == mark


def tell_lost(group: str, partition: Partition, offset: int) -> None:
    topic, number = partition
    LOST.labels(group, topic).inc()
    log.error("consumer.place-lost", group=group, topic=topic, partition=number, offset=offset)
