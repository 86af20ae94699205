"""Who is in the team of a case, by what casefile recorded, in the order in which it did."""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import assert_never
from uuid import UUID

from events.commands import History, StreamType
from events.decider import Decider
from events.history import latest, not_before
from events.occurrence import Occurred
from scheduling.team.events import (
    CODEC,
    BackupHandedBack,
    BackupTookOver,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamDissolved,
    TeamEvent,
)

_position = attrgetter("position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The same in whatever order its facts come, which may be later than those that follow."""

    recorded: tuple[TeamEvent, ...] = ()

    @property
    def members(self) -> Mapping[UUID, CaseManagerJoined]:
        """Who is in it now; who left before it was recorded that they joined never is."""
        return _members(self.recorded)

    @property
    def standing_in(self) -> UUID | None:
        """The backup who took over what is the owner's, and neither handed back nor left since."""
        told = (e for e in self.recorded if isinstance(e, BackupTookOver | BackupHandedBack))
        last = latest(told, lambda _: "case").get("case")
        if not isinstance(last, BackupTookOver):
            return None
        joined = self.members.get(last.backup)
        stays = joined is not None and not last.occurred.certainly_before(joined.occurred)
        return last.backup if stays else None


def decide(told: TeamEvent, team: Team) -> list[TeamEvent]:
    return [] if told.position in map(_position, team.recorded) else [told]


def evolve(team: Team, event: TeamEvent) -> Team:
    recorded = list(team.recorded)
    insort(recorded, event, key=_position)
    return Team(recorded=tuple(recorded))


def _members(recorded: Sequence[TeamEvent]) -> Mapping[UUID, CaseManagerJoined]:
    members: dict[UUID, CaseManagerJoined] = {}
    left: dict[UUID, Occurred] = {}
    dissolved: Occurred | None = None
    for event in recorded:
        match event:
            case CaseManagerJoined(case_manager=joining, occurred=occurred):
                known = members.get(joining)
                ends = known.occurred if known else None, left.get(joining), dissolved
                if not any(end and occurred.certainly_before(end) for end in ends):
                    members[joining] = event
            case CaseManagerLeft(case_manager=leaving, occurred=occurred):
                if leaving in members and not _ends_another(event, members[leaving], recorded):
                    del members[leaving]
                if leaving not in left or not occurred.certainly_before(left[leaving]):
                    left[leaving] = occurred
            case TeamDissolved(occurred=occurred):
                members = {
                    m: e for m, e in members.items() if occurred.certainly_before(e.occurred)
                }
                dissolved = occurred
            case BackupTookOver() | BackupHandedBack():
                pass
            case _:
                assert_never(event)
    return members


def _ends_another(
    left: CaseManagerLeft, joined: CaseManagerJoined, recorded: Sequence[TeamEvent]
) -> bool:
    """Whether it ends an earlier stay of the same case manager, and was told of only now."""
    stays = (e for e in recorded if isinstance(e, CaseManagerJoined) and e != joined)
    own = [e for e in stays if e.case_manager == left.case_manager and not_before(left, e)]
    return bool(own) and not not_before(left, joined)


team_decider: Decider[Team, TeamEvent, TeamEvent] = Decider(Team(), decide, evolve)
TEAM = StreamType("team", team_decider, CODEC)


def team_of(history: History, case_id: UUID) -> frozenset[UUID]:
    """Who is in it now, out of all streams of the case."""
    return frozenset(TEAM.state(history, TEAM.beside(case_id)).members)
