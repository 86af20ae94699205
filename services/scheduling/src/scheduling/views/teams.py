"""Teams: one row per time in which a case manager was in the team of a case."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Column, Uuid

from events.history import FOREVER, happened
from events.store import Recorded
from events.views import Row, View
from scheduling.team.events import CODEC, CaseManagerJoined, CaseManagerLeft, TeamEvent

Fact = Recorded[TeamEvent]


def rows(_key: UUID, facts: Sequence[Fact]) -> Iterable[Row]:
    """In the order in which casefile recorded them, so that a vague time ends what it should."""
    recorded = sorted(facts, key=lambda fact: fact.event.position)
    for number, fact in enumerate(recorded):
        if isinstance(fact.event, CaseManagerJoined):
            since = happened(fact)
            until = min(map(happened, _ends(fact, recorded, number)), default=FOREVER)
            if since < until:
                member = fact.event.case_manager
                yield {"member": member, "held_from": since, "held_until": until}


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
        case _:
            return True


TEAMS = View.of(
    "teams", 1, Column("member", Uuid, nullable=False), types=CODEC.stored_names, rows=rows
)
