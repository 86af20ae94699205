"""What others may know of notifications' log: never text, address, or how often it was tried."""

import pytest

from events import testing
from events.contracts import notifications as contracts
from events.contracts import registry, type_name
from events.store import Json, Recorded
from notifications.message import examples as message
from notifications.message.events import CODEC, MessageEvent
from notifications.message.examples import (
    DEFERRED,
    GIVEN_UP,
    QUEUED,
    REFUSED,
    SENT,
    SENT_TWICE,
    STARTED,
)
from notifications.publish import publish

EXAMPLES = testing.examples(CODEC, message)


def stored(event: MessageEvent) -> Recorded[Json]:
    return testing.stored(CODEC, event)


def test_there_is_an_example_of_every_stored_event() -> None:
    assert {stored(event).type for event in EXAMPLES} == CODEC.names.keys()


@pytest.mark.parametrize(
    ("event", "name", "contract"),
    [
        (
            QUEUED,
            "message-queued",
            contracts.MessageQueued(template="first-contact-due", recipient_role="desk"),
        ),
        (
            SENT,
            "message-sent",
            contracts.MessageSent(template="first-contact-due", repeats=0, reached="desk"),
        ),
        (
            SENT_TWICE,
            "message-sent",
            contracts.MessageSent(template="first-contact-due", repeats=1, reached="desk"),
        ),
        (
            REFUSED,
            "message-failed",
            contracts.MessageFailed(template="first-contact-due", reason="smtp-550"),
        ),
        (
            GIVEN_UP,
            "message-failed",
            contracts.MessageFailed(template="first-contact-due", reason="unknown-outcome"),
        ),
    ],
)
def test_a_message_is_published_under_a_registered_contract(
    event: MessageEvent, name: str, contract: object
) -> None:
    assert publish(stored(event)) == (name, contract)
    assert registry()[type_name("notifications", name)] is type(contract)


@pytest.mark.parametrize("event", [STARTED, DEFERRED])
def test_how_often_it_was_tried_is_nobody_elses_business(event: MessageEvent) -> None:
    assert publish(stored(event)) is None


@pytest.mark.parametrize("event", EXAMPLES)
def test_a_stored_event_is_read_as_it_was_written(event: MessageEvent) -> None:
    assert CODEC.decode(stored(event)).event == event
