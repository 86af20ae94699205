"""Absences: one row per absence that stands, the way the desk sees who is away."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Column, ColumnElement, Date, Index, Uuid, or_

from events.columns import now_indexes
from events.views import Row, View, states
from scheduling.case_manager.decider import CaseManager, case_manager_decider
from scheduling.case_manager.events import CODEC


def _rows(_programme: str, manager: CaseManager) -> Iterable[Row]:
    for absence, days in manager.absences.items():
        yield {"absence": absence, "first_day": days.first_day, "last_day": days.last_day}


rows = states(case_manager_decider, _rows)

ABSENCES = View.of(
    "absences",
    1,
    Column("absence", Uuid, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    *now_indexes("absences_v1", "absence", "last_day"),
    Index("absences_v1_absence", "absence"),
    types=CODEC.stored_names,
    rows=rows,
)


def away_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """That a day lies in the absence."""
    columns = ABSENCES.table.c
    return (columns.first_day <= day) & or_(columns.last_day.is_(None), columns.last_day >= day)
