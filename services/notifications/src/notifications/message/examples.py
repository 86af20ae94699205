"""Facts about a message that tests and demos start from."""

from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from notifications.message.decider import MESSAGE
from notifications.message.events import (
    DeliveryDeferred,
    DeliveryStarted,
    MessageFailed,
    MessageQueued,
    MessageSent,
    Reached,
)

CASE_ID = uuid5(NAMESPACE_OID, "case")
MESSAGE_ID = MESSAGE.beside(uuid5(CASE_ID, "deadline set"), "first-contact-due")
SENT_AT = Occurred.parse("2027-02-15T09:00:00Z")

QUEUED = MessageQueued(
    template="first-contact-due",
    recipient_role="desk",
    values={"dueOn": "2027-02-18"},
    occurred=Occurred.parse("2027-02-15"),
)
STARTED = DeliveryStarted(attempt=1, occurred=SENT_AT)
STARTED_AGAIN = DeliveryStarted(attempt=2, occurred=SENT_AT)
DEFERRED = DeliveryDeferred(attempt=1, reason="smtp-451", occurred=SENT_AT)
SENT = MessageSent(template="first-contact-due", repeats=0, reached=Reached.DESK, occurred=SENT_AT)
SENT_TWICE = replace(SENT, repeats=1)
REFUSED = MessageFailed(template="first-contact-due", reason="smtp-550", occurred=SENT_AT)
GIVEN_UP = MessageFailed(template="first-contact-due", reason="unknown-outcome", occurred=SENT_AT)
