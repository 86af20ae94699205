"""What others may know of notifications' log: messages and their delivery."""

from typing import assert_never

from events.contracts import notifications as contracts
from events.relay import Published
from events.store import Json, Recorded
from notifications.message.events import (
    CODEC,
    DeliveryDeferred,
    DeliveryStarted,
    MessageFailed,
    MessageQueued,
    MessageSent,
)


def publish(recorded: Recorded[Json]) -> Published | None:
    event = CODEC.decode(recorded).event
    match event:
        case MessageQueued(template=template, recipient_role=role):
            return "message-queued", contracts.MessageQueued(template=template, recipient_role=role)
        case MessageSent(template=template, repeats=repeats):
            return "message-sent", contracts.MessageSent(template=template, repeats=repeats)
        case MessageFailed(template=template, reason=reason):
            return "message-failed", contracts.MessageFailed(template=template, reason=reason)
        case DeliveryStarted() | DeliveryDeferred():
            return None
        case _:
            assert_never(event)
