"""Handovers as an answer shows them, without words."""

from operator import attrgetter
from uuid import UUID

from casefile.handover.decider import Handovers
from events.history import in_order
from kit.bodies import Answer


class HandoverAnswer(Answer):
    """`acknowledgedAt` is null until the receiver says that the file was read."""

    id: UUID
    giver: UUID
    receiver: UUID
    reason: str
    words: bool
    offered_at: str
    acknowledged_at: str | None


def handover_answers(handovers: Handovers) -> list[HandoverAnswer]:
    """In the order in which they were offered, then by id."""
    acknowledged = handovers.acknowledged
    return [
        HandoverAnswer(
            id=told.handover,
            giver=told.giver,
            receiver=told.receiver,
            reason=told.reason,
            words=told.words is not None,
            offered_at=str(told.occurred),
            acknowledged_at=(
                str(acknowledged[told.handover].occurred) if told.handover in acknowledged else None
            ),
        )
        for told in in_order(handovers.offered.values(), attrgetter("handover"))
    ]
