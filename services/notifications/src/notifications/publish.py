"""What others may know of notifications' log: messages and their delivery."""

from events.contracts.notifications import CONTRACTS
from events.publishing import Entry, publishing
from notifications.message.events import (
    CODEC,
    DeliveryDeferred,
    DeliveryStarted,
    MessageFailed,
    MessageQueued,
    MessageSent,
)

PUBLISHED: dict[type, Entry] = {
    MessageQueued: "message-queued",
    MessageSent: "message-sent",
    MessageFailed: "message-failed",
}
KEPT = (DeliveryStarted, DeliveryDeferred)

publish = publishing(CODEC, CONTRACTS, PUBLISHED, KEPT)
