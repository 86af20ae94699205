"""What happens to deadlines brings about the messages that the programme defines."""

from collections.abc import Mapping

from events.consumer import Ask, Reaction
from events.contracts.contract import Contract
from events.contracts.scheduling import DeadlineSet
from events.store import Recorded
from notifications.message.decider import MESSAGE
from notifications.message.events import MessageQueued
from programmes.loader import Programmes
from programmes.notification import Notification


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """One per published type that any programme sends a message about."""

    def react(message: Recorded[Contract]) -> list[Ask]:
        match message.event:
            case DeadlineSet(silent=True):
                return []
            case about:
                policy = getattr(about, "policy", None)
        found = programmes.of([message]).notifications_after(message.type, policy)
        return [_queue(message, notification) for notification in found]

    return {n.trigger: react for d in programmes.definitions for n in d.notifications}


def _queue(message: Recorded[Contract], notification: Notification) -> Ask:
    facts = message.event.model_dump(mode="json", by_alias=True)
    queued = MessageQueued(
        template=notification.template,
        recipient_role=notification.recipient_role,
        values=notification.values(facts),
        occurred=message.occurred,
    )
    return Ask(MESSAGE, MESSAGE.beside(message.id, notification.template), queued)
