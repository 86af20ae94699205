"""Who is in the team of a case now; who left before it was told that they joined never is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from events.commands import History, StreamType
from events.decider import Decider
from events.occurrence import Occurred
from scheduling.team.events import (
    CODEC,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamDissolved,
    TeamEvent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """`members` and `left`: when each joined or left last."""

    members: Mapping[UUID, Occurred] = field(default_factory=dict)
    left: Mapping[UUID, Occurred] = field(default_factory=dict)
    dissolved: Occurred | None = None


def decide(told: TeamEvent, team: Team) -> list[TeamEvent]:
    return [] if evolve(team, told) == team else [told]


def evolve(team: Team, event: TeamEvent) -> Team:
    """In the order of telling, which is that of those who decided on it."""
    match event:
        case CaseManagerJoined(case_manager=joining, occurred=occurred):
            ends = team.members.get(joining), team.left.get(joining), team.dissolved
            if any(end and occurred.certainly_before(end) for end in ends):
                return team
            return replace(team, members={**team.members, joining: occurred})
        case CaseManagerLeft(case_manager=leaving, occurred=occurred):
            members = {m: since for m, since in team.members.items() if m != leaving}
            return replace(team, members=members, left={**team.left, leaving: occurred})
        case TeamDissolved(occurred=occurred):
            return replace(team, members={}, dissolved=occurred)
        case _:
            assert_never(event)


team_decider: Decider[Team, TeamEvent, TeamEvent] = Decider(Team(), decide, evolve)
TEAM = StreamType("team", team_decider, CODEC)


def team_of(history: History, case_id: UUID) -> frozenset[UUID]:
    """Who is in it now, out of all streams of the case."""
    return frozenset(TEAM.state(history, TEAM.beside(case_id)).members)
