"""Cases: one row per case, the way case managers look through their caseload."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Text, Uuid

from casefile.case.decider import Case, Status, evolve
from casefile.case.events import CODEC, CaseEvent
from events.columns import held_columns
from events.store import Recorded
from events.views import Row, View, intervals, view_table

NAME, VERSION = "cases", 1

TABLE = view_table(
    NAME,
    VERSION,
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("contacted", Boolean, nullable=False),
    *held_columns(f"{NAME}_v{VERSION}"),
)


@dataclass(frozen=True, slots=True)
class _Listed:
    programme: str
    case: Case


def rows(_key: UUID, facts: Sequence[Recorded[CaseEvent]]) -> list[Row]:
    return intervals(facts, _Listed("", Case()), _evolve, _row)


def _evolve(listed: _Listed, fact: Recorded[CaseEvent]) -> _Listed:
    return _Listed(str(fact.metadata.programme), evolve(listed.case, fact.event))


def _row(listed: _Listed) -> Iterable[Row]:
    case = listed.case
    if case.status is not Status.NEW:
        yield {
            "programme": listed.programme,
            "status": str(case.status),
            "case_managers": sorted(case.team),
            "contacted": case.contacted,
        }


CASES = View(NAME, VERSION, TABLE, CODEC.stored_names, rows)
