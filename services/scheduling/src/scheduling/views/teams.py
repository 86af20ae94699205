"""Teams: one row per time in which a case manager was in the team of a case."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Uuid

from events.growing import Fold
from events.history import BEGINNING, FOREVER, happened
from events.store import Recorded
from events.views import Row, View
from scheduling.team.decider import team_decider
from scheduling.team.events import (
    CODEC,
    BackupHandedBack,
    BackupTookOver,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamEvent,
)

Fact = Recorded[TeamEvent]


class _Times:
    """Few facts: they are looked at anew each time, in the order in which casefile recorded them.

    So a vague time ends what it should.
    """

    def __init__(self) -> None:
        self._recorded: list[Fact] = []

    def add(self, fact: Fact) -> None:
        insort(self._recorded, fact, key=lambda known: known.event.position)

    def rows(self) -> list[Row]:
        now = team_decider.fold(fact.event for fact in self._recorded).members
        return [
            {"member": fact.event.case_manager, "held_from": since, "held_until": until}
            for number, fact in enumerate(self._recorded)
            if isinstance(fact.event, CaseManagerJoined)
            if (since := happened(fact)) < (until := self._until(fact, number, now))
        ]

    def _until(self, joined: Fact, number: int, now: Mapping[UUID, CaseManagerJoined]) -> datetime:
        """What made somebody a member of today goes on, and nothing else does."""
        if joined.event in now.values():
            return FOREVER
        return min(map(happened, _ends(joined, self._recorded, number)), default=BEGINNING)


def _ends(joined: Fact, recorded: Sequence[Fact], number: int) -> Iterable[Fact]:
    """What happened after it, or may have and was recorded after it."""
    for other, fact in enumerate(recorded):
        if other != number and _concerns(fact, joined):
            after = joined.occurred.certainly_before(fact.occurred)
            before = fact.occurred.certainly_before(joined.occurred)
            if after or (other > number and not before):
                yield fact


def _concerns(fact: Fact, joined: Fact) -> bool:
    """Who is assigned anew has another time from then on; a team that is dissolved has nobody."""
    match fact.event, joined.event:
        case (
            CaseManagerJoined(case_manager=person) | CaseManagerLeft(case_manager=person),
            CaseManagerJoined(case_manager=member),
        ):
            return person == member
        case BackupTookOver() | BackupHandedBack(), _:
            return False
        case _:
            return True


rows = Fold(lambda _key: _Times())

TEAMS = View.of(
    "teams", 1, Column("member", Uuid, nullable=False), types=CODEC.stored_names, rows=rows
)
