"""HTTP for messages: what became of those about a case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from events.store import Recorded
from kit.bodies import Answer
from kit.calls import Call
from kit.endpoints import reads
from kit.moments import AtMoment
from notifications.message.decider import MESSAGE, Message
from notifications.message.events import CODEC, MessageEvent, MessageQueued, Reached

router = APIRouter(prefix="/v1/cases/{case_id}/messages", tags=["messages"])


class MessageAnswer(Answer):
    """`status` is queued, sending, sent or failed; `attempts` counts deliveries that began.

    `failed` is also one of which nobody knows whether it was taken, after two deliveries.
    `reached` is whose address took it, which may be another's than `recipientRole` says: null until
    it is sent, and of what was sent before that was kept.
    """

    id: UUID
    template: str
    recipient_role: str
    status: str
    attempts: int
    reached: Reached | None
    queued_at: str


class MessagesAnswer(Answer):
    items: list[MessageAnswer]


@router.get("", summary="The messages about a case")
async def read_messages(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("message:read")]
) -> MessagesAnswer:
    known = await call.read(case_id, at)
    queued = [r for r in map(CODEC.decode, known) if isinstance(r.event, MessageQueued)]
    return MessagesAnswer(items=[_message(r, MESSAGE.decided(known, r.stream)) for r in queued])


def _message(queued: Recorded[MessageEvent], message: Message) -> MessageAnswer:
    return MessageAnswer(
        id=queued.stream,
        template=message.template,
        recipient_role=message.recipient_role,
        status=message.status,
        attempts=message.attempts,
        reached=message.reached,
        queued_at=str(queued.occurred),
    )
