"""Cases: one row per case, the way case managers look through their caseload."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Boolean, Column, Text, Uuid

from casefile.case.decider import Status
from casefile.holders import DECIDE_ACCESS, Held
from events.columns import now_containing, now_indexes
from events.views import Row, View, intervals


def _row(now: Held) -> Iterable[Row]:
    """`case_managers` are those who see it, `team` all who are to work on it."""
    if now.case.status is not Status.NEW:
        yield {
            "programme": str(now.told[-1].metadata.programme),
            "organisation": now.case.organisation,
            "status": str(now.case.status),
            "case_managers": sorted(now.holders),
            "team": sorted(now.case.team),
            "contacted": now.case.contacted,
        }


rows = intervals(Held(), Held.then, _row)

CASES = View.of(
    "cases",
    3,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid),
    Column("status", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("team", ARRAY(Uuid), nullable=False),
    Column("contacted", Boolean, nullable=False),
    *now_indexes("cases_v3", "key", "status", "organisation"),
    now_containing("cases_v3", "case_managers"),
    types=DECIDE_ACCESS,
    rows=rows,
)
