"""Absences: one row per absence that stands, the way the desk sees who is away."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Column, ColumnElement, Date, Index, Uuid, or_

from events.columns import now_indexes
from events.history import as_told
from events.store import Recorded
from events.views import Row, View, intervals
from scheduling.case_manager.decider import case_manager_decider
from scheduling.case_manager.events import CODEC, CaseManagerEvent

Facts = tuple[Recorded[CaseManagerEvent], ...]


def _then(known: Facts, fact: Recorded[CaseManagerEvent]) -> Facts:
    return *known, fact


def _rows(known: Facts) -> Iterable[Row]:
    """As those who decided saw them; few facts, looked at anew each time."""
    manager = case_manager_decider.fold(fact.event for fact in as_told(known))
    for absence, days in manager.absences.items():
        yield {
            "absence": absence,
            "case_manager": days.case_manager,
            "first_day": days.first_day,
            "last_day": days.last_day,
        }


NOTHING: Facts = ()
rows = intervals(NOTHING, _then, _rows)

ABSENCES = View.of(
    "absences",
    1,
    Column("absence", Uuid, nullable=False),
    Column("case_manager", Uuid, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    *now_indexes("absences_v1", "absence", "last_day"),
    Index("absences_v1_absence", "absence"),
    Index("absences_v1_case_manager", "case_manager"),
    types=CODEC.stored_names,
    rows=rows,
)


def away_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """That a day lies in the absence."""
    columns = ABSENCES.table.c
    return (columns.first_day <= day) & or_(columns.last_day.is_(None), columns.last_day >= day)
