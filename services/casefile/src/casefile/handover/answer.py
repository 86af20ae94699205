"""Handovers as an answer shows them, without words."""

from uuid import UUID

from casefile.handover.decider import Handovers
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
    acknowledged = handovers.acknowledged
    return [
        HandoverAnswer(
            id=id_,
            giver=told.giver,
            receiver=told.receiver,
            reason=told.reason,
            words=told.words is not None,
            offered_at=str(told.occurred),
            acknowledged_at=str(acknowledged[id_].occurred) if id_ in acknowledged else None,
        )
        for id_, told in handovers.offered.items()
    ]
