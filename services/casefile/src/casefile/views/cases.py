"""Cases: one row per case, the way case managers look through their caseload."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Text, Uuid

from casefile.case.decider import Status
from casefile.holders import DECIDE_ACCESS, Held
from events.store import Recorded
from events.views import Row, View, intervals

State = tuple[str, Held]


def rows(_key: UUID, facts: Sequence[Recorded[Any]]) -> list[Row]:
    return intervals(facts, ("", Held()), _evolve, _row)


def _evolve(state: State, fact: Recorded[Any]) -> State:
    return str(fact.metadata.programme), state[1].then(fact.event)


def _row(state: State) -> Iterable[Row]:
    """`case_managers` are those who see it, `team` all who are to work on it."""
    programme, held = state
    if held.case.status is not Status.NEW:
        yield {
            "programme": programme,
            "organisation": held.case.organisation,
            "status": str(held.case.status),
            "case_managers": sorted(held.holders),
            "team": sorted(held.case.team),
            "contacted": held.case.contacted,
        }


CASES = View.of(
    "cases",
    3,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid),
    Column("status", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("team", ARRAY(Uuid), nullable=False),
    Column("contacted", Boolean, nullable=False),
    types=DECIDE_ACCESS,
    rows=rows,
)
