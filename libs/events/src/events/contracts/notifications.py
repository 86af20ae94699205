"""What notifications publishes: messages and their delivery, never their text or address."""

from pydantic import Field

from events.contracts.contract import Code, Contract


class MessageQueued(Contract):
    """A message is to be sent to whoever has a role, by a template."""

    template: Code
    recipient_role: Code


class MessageSent(Contract):
    """The receiving server took the message; `repeats` counts deliveries that may be doubles.

    `reached` is whose address it was: of the owner, the backup or the desk, which may be another's
    than the one whose role the message was for; null where nobody knew.
    """

    template: Code
    repeats: int = Field(ge=0, le=1)
    reached: Code | None = None


class MessageFailed(Contract):
    """The message was refused for good, or it is not known whether it was taken.

    Where a delivery that was under way is taken after all, `message-sent` follows, and counts.
    """

    template: Code
    reason: Code


CONTRACTS: dict[str, type[Contract]] = {
    "message-queued": MessageQueued,
    "message-sent": MessageSent,
    "message-failed": MessageFailed,
}
