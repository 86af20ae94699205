"""Cases: one row per case, the way case managers look through their caseload."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Text, Uuid

from casefile.case.decider import Case, Status, case_decider
from casefile.case.events import CODEC, CaseEvent
from events.store import Recorded
from events.views import Row, View, states


def rows(_key: UUID, facts: Sequence[Recorded[CaseEvent]]) -> list[Row]:
    return states(case_decider, facts, _row)


def _row(programme: str, case: Case) -> Iterable[Row]:
    if case.status is not Status.NEW:
        yield {
            "programme": programme,
            "organisation": case.organisation,
            "status": str(case.status),
            "case_managers": sorted(case.team),
            "contacted": case.contacted,
        }


CASES = View.of(
    "cases",
    2,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid),
    Column("status", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("contacted", Boolean, nullable=False),
    types=CODEC.stored_names,
    rows=rows,
)
