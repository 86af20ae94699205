"""What happens to deadlines brings about the messages that the programme defines."""

from collections.abc import Mapping
from datetime import date

from events.consumer import Ask, Reaction
from events.contracts.contract import Contract
from events.contracts.scheduling import DeadlineSet
from events.occurrence import CIVIL_TIME
from events.store import Recorded
from notifications.message.decider import MESSAGE, QueueMessage, message_of
from programmes.loader import Programmes
from programmes.notification import Notification


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """One per published type that any programme sends a message about."""

    def react(message: Recorded[Contract]) -> list[Ask]:
        match message.event:
            case DeadlineSet(due_on=due_on) if _over(message, due_on):
                return []
            case about:
                policy = getattr(about, "policy", None)
        found = programmes.of([message]).notifications_after(message.type, policy)
        return [_queue(message, notification) for notification in found]

    return {n.trigger: react for d in programmes.definitions for n in d.notifications}


def _over(message: Recorded[Contract], due_on: date) -> bool:
    """History that is brought in late is silent."""
    return due_on < message.recorded_at.astimezone(CIVIL_TIME).date()


def _queue(message: Recorded[Contract], notification: Notification) -> Ask:
    facts = message.event.model_dump(mode="json", by_alias=True)
    command = QueueMessage(
        template=notification.template,
        recipient_role=notification.recipient_role,
        values={name: str(value) for name, value in facts.items()},
        occurred=message.occurred,
    )
    return Ask(MESSAGE, message_of(message.id, notification.template), command)
