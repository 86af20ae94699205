"""What can have happened to a message; never its text or its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from events.codec import Codec
from events.occurrence import Occurred


class Reached(StrEnum):
    """Whose the addresses were to which a mail went; a backup may be told in an owner's place."""

    OWNER = "owner"
    BACKUP = "backup"
    DESK = "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued:
    """`values` fill the template: codes, numbers and dates of the cause, nothing else."""

    template: str
    recipient_role: str
    values: Mapping[str, str]
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStarted:
    """Until its outcome is recorded nobody can know whether the server took the message."""

    attempt: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDeferred:
    """The server certainly did not take the message; it will be tried again."""

    attempt: int
    reason: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """`repeats`: how many earlier deliveries may have arrived as well, with the same Message-ID.

    `reached` is none where nobody knew; an earlier delivery may have gone to others.
    """

    template: str
    repeats: int
    reached: Reached | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed:
    """Nothing more is begun; a delivery that was under way may still turn out to be sent."""

    template: str
    reason: str
    occurred: Occurred


MessageEvent = MessageQueued | DeliveryStarted | DeliveryDeferred | MessageSent | MessageFailed

CODEC: Codec[MessageEvent] = Codec(
    {
        "message.queued.v1": MessageQueued,
        "message.delivery-started.v1": DeliveryStarted,
        "message.delivery-deferred.v1": DeliveryDeferred,
        "message.sent.v1": MessageSent,
        "message.failed.v1": MessageFailed,
    }
)
