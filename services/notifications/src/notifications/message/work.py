"""What a queued message asks of the outside: its delivery."""

from collections.abc import Sequence

from events.store import Draft, Work
from notifications.message.events import MessageEvent, MessageQueued

SEND_MESSAGE = "send-message"


def work(draft: Draft, event: MessageEvent) -> Sequence[Work]:
    match event:
        case MessageQueued():
            return [
                Work(
                    id=draft.id,
                    kind=SEND_MESSAGE,
                    key=draft.key,
                    data={"message": str(draft.stream)},
                    metadata=draft.metadata,
                )
            ]
        case _:
            return []
