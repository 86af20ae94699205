"""R6: what is to be published is on the topic, unchanged, and in the order of its key."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from checker.evidence import Books, Evidence, Violation
from events.broker import Message, Outgoing, Partition
from events.envelope import to_message, topic_of
from events.relay import Publish, relay_group
from events.store import Json, Recorded

Sent = Mapping[UUID, Outgoing]
"""What a service is to publish, by event, in the order of its log."""


def topic(service: str, evidence: Evidence, due: Sent, *, settled: bool) -> Iterator[Violation]:
    """What an operator left out may be missing, or come later: when it is published again."""
    group = relay_group(service)
    messages = [
        message
        for message in evidence.topics.get(topic_of(service), ())
        if named(message) not in evidence.foreign
    ]
    yield from _unchanged(service, messages, due)
    order = {id_: sent.key for id_, sent in due.items() if (group, id_) not in evidence.skipped}
    arrived = _by_key({id_: order[id_] for m in messages if (id_ := _id(m)) in order})
    for key, ids in _by_key(order).items():
        came = arrived.get(key, ())
        yield from _in_order(service, ids, came)
        waits = (group, UUID(key.decode())) in evidence.parked
        if settled and not waits and len(came) < len(ids):
            late = ids[len(came)]
            yield Violation("R6", f"event {late} of {service} never reached its topic")


def published(books: Books, publish: Publish | None) -> Sent:
    """The messages that follow from a log; what cannot be mapped is for the relay to park."""
    if publish is None:
        return {}
    return {event.id: sent for event in books.log if (sent := message_of(event, publish))}


def message_of(event: Recorded[Json], publish: Publish) -> Outgoing | None:
    made = publish(event)
    return to_message(event, made) if made else None


def as_message(sent: Outgoing) -> Message:
    """What is to be sent, as a reader of its topic gets it."""
    return Message(Partition(sent.topic, 0), 0, sent.key, sent.headers, sent.value)


def _unchanged(service: str, messages: Sequence[Message], due: Sent) -> Iterator[Violation]:
    places = defaultdict[bytes | None, set[int]](set)
    for message in messages:
        id_ = _id(message)
        places[message.key].add(message.partition.number)
        if id_ is None or id_ not in due:
            sentence = f"message {id_} on the topic of {service} is not one of its events"
            yield Violation("R6", sentence)
        elif (message.key, list(message.headers), message.value) != _content(due[id_]):
            yield Violation("R6", f"message {id_} on the topic of {service} is not as it was")
    for key, numbers in places.items():
        if len(numbers) > 1:
            yield Violation("R6", f"key {key!r} of {service} is in partitions {sorted(numbers)}")


def _in_order(service: str, due: Sequence[UUID], came: Sequence[UUID]) -> Iterator[Violation]:
    """First arrivals are a beginning of what was to come; repetitions do no harm."""
    for expected, arrived in zip(due, came, strict=False):
        if expected != arrived:
            sentence = f"event {arrived} of {service} came on its topic before event {expected}"
            yield Violation("R6", f"{sentence}, which it follows")
            return


def _by_key(order: Mapping[UUID, bytes]) -> Mapping[bytes, Sequence[UUID]]:
    keys = defaultdict[bytes, list[UUID]](list)
    for id_, key in order.items():
        keys[key].append(id_)
    return keys


def named(message: Message) -> str:
    """The id that a message goes by, whatever it is."""
    return (dict(message.headers).get("ce_id") or b"").decode(errors="replace")


def _id(message: Message) -> UUID | None:
    try:
        return UUID(named(message))
    except ValueError:
        return None


def _content(sent: Outgoing) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    return sent.key, list(sent.headers), sent.value
