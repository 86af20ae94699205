"""A handover is warm: both are in the team, and the receiver alone can acknowledge it."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, require_within
from casefile.handover.events import CODEC, HandoverAcknowledged, HandoverEvent, HandoverOffered
from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeHandover:
    """`by` is whoever says so, None if that is no person."""

    handover: UUID
    by: UUID | None
    occurred: Occurred


HandoverCommand = OnCase[HandoverOffered | AcknowledgeHandover]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handovers:
    told: tuple[HandoverEvent, ...] = ()

    @property
    def offered(self) -> dict[UUID, HandoverOffered]:
        return {e.handover: e for e in self.told if isinstance(e, HandoverOffered)}

    @property
    def acknowledged(self) -> dict[UUID, HandoverAcknowledged]:
        return {e.handover: e for e in self.told if isinstance(e, HandoverAcknowledged)}


def decide(asked: HandoverCommand, handovers: Handovers) -> list[HandoverEvent]:
    match asked.command:
        case HandoverOffered() as told:
            return _offer(told, asked.case, handovers)
        case AcknowledgeHandover() as command:
            return _acknowledge(command, asked.case, handovers)
        case _:
            assert_never(asked.command)


def evolve(handovers: Handovers, event: HandoverEvent) -> Handovers:
    return Handovers(told=(*handovers.told, event))


def _offer(told: HandoverOffered, case: Case, handovers: Handovers) -> list[HandoverEvent]:
    if told.handover in handovers.offered:
        return []
    if told.giver == told.receiver:
        raise Rejected("own-handover", "Nobody hands a case over to him- or herself.")
    require_within(case, told.occurred)
    if not {told.giver, told.receiver} <= {a.case_manager for a in case.team_at(told.occurred)}:
        raise Rejected("not-in-the-team", "Giver and receiver must be in the team of the case.")
    return [told]


def _acknowledge(
    command: AcknowledgeHandover, case: Case, handovers: Handovers
) -> list[HandoverEvent]:
    offered = handovers.offered.get(command.handover)
    if offered is None:
        raise Rejected("no-such-handover", "There is no such handover on this case.")
    if command.by != offered.receiver:
        raise Rejected("not-the-receiver", "Only the receiver acknowledges a handover.")
    known = handovers.acknowledged.get(command.handover)
    if known and known.occurred == command.occurred:
        return []
    if known:
        raise already_known("The receipt of this handover", known.occurred)
    if command.occurred.certainly_before(offered.occurred):
        raise Rejected("impossible-order", "The handover was not offered yet.")
    require_within(case, command.occurred)
    return [
        HandoverAcknowledged(
            handover=command.handover, receiver=offered.receiver, occurred=command.occurred
        )
    ]


handover_decider = Decider(Handovers(), decide, evolve)
HANDOVER = StreamType("handover", handover_decider, CODEC)
