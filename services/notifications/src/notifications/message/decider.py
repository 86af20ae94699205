"""How often a message may be delivered when SMTP leaves open whether it arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from events.commands import StreamType
from events.decider import Decider
from events.occurrence import Occurred
from notifications.message.events import (
    CODEC,
    DeliveryDeferred,
    DeliveryStarted,
    MessageEvent,
    MessageFailed,
    MessageQueued,
    MessageSent,
    Reached,
)
from notifications.message.work import work

MOST_REPEATS = 1
UNKNOWN_OUTCOME = "unknown-outcome"


class Status(StrEnum):
    NEW = "new"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDelivery:
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferDelivery:
    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDelivery:
    reached: Reached | None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class FailMessage:
    reason: str
    occurred: Occurred


MessageCommand = MessageQueued | StartDelivery | DeferDelivery | ConfirmDelivery | FailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`open_ended` counts deliveries that began and whose outcome nobody recorded.

    Two may be under way at once, where the lease of the first ended: each ends by itself. `reached`
    is whom it is known to have reached.
    """

    status: Status = Status.NEW
    template: str = ""
    recipient_role: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    open_ended: int = 0
    reached: Reached | None = None

    @property
    def pending(self) -> bool:
        return self.status in (Status.QUEUED, Status.SENDING)

    @property
    def under_way(self) -> bool:
        return self.pending and self.open_ended > 0


def decide(command: MessageCommand, message: Message) -> list[MessageEvent]:
    match command:
        case MessageQueued():
            return [command] if message.status is Status.NEW else []
        case StartDelivery(occurred=occurred):
            return _start(message, occurred)
        case DeferDelivery(reason=reason, occurred=occurred):
            if not message.under_way:
                return []
            deferred = DeliveryDeferred(attempt=message.attempts, reason=reason, occurred=occurred)
            return [deferred]
        case ConfirmDelivery():
            return _confirm(command, message)
        case FailMessage(reason=reason, occurred=occurred):
            if not message.pending:
                return []
            return [MessageFailed(template=message.template, reason=reason, occurred=occurred)]
        case _:
            assert_never(command)


def evolve(message: Message, event: MessageEvent) -> Message:
    match event:
        case MessageQueued():
            return Message(
                status=Status.QUEUED,
                template=event.template,
                recipient_role=event.recipient_role,
                values=event.values,
            )
        case DeliveryStarted(attempt=attempt):
            return replace(
                message,
                status=Status.SENDING,
                attempts=attempt,
                open_ended=message.open_ended + 1,
            )
        case DeliveryDeferred():
            return replace(message, status=Status.QUEUED, open_ended=message.open_ended - 1)
        case MessageSent(reached=reached):
            return replace(message, status=Status.SENT, reached=reached)
        case MessageFailed():
            return replace(message, status=Status.FAILED)
        case _:
            assert_never(event)


def _start(message: Message, occurred: Occurred) -> list[MessageEvent]:
    """A delivery of unknown outcome is repeated once, with the same Message-ID."""
    if not message.pending:
        return []
    if message.open_ended > MOST_REPEATS:
        return [MessageFailed(template=message.template, reason=UNKNOWN_OUTCOME, occurred=occurred)]
    return [DeliveryStarted(attempt=message.attempts + 1, occurred=occurred)]


def _confirm(command: ConfirmDelivery, message: Message) -> list[MessageEvent]:
    """What happened wins: of two deliveries one may be taken after the other failed the message."""
    if message.status is Status.SENT or not message.open_ended:
        return []
    return [
        MessageSent(
            template=message.template,
            repeats=message.open_ended - 1,
            reached=command.reached,
            occurred=command.occurred,
        )
    ]


message_decider = Decider(Message(), decide, evolve)
MESSAGE = StreamType("message", message_decider, CODEC, work)
