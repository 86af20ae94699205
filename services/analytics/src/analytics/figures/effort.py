"""Effort: the hours that cases took, and how often something was done for them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from analytics.figures.durations import DAYS_PER_MONTH
from analytics.figures.effort_asked import AsEffortAsked, EffortAsked
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.figures.statistics import Statistics, statistics
from analytics.views import effort
from analytics.views.behind import among as behind_activities
from analytics.views.effort import EFFORT
from analytics.views.snapshot import Snapshot, TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

MINUTES_PER_HOUR = 60

router = APIRouter(tags=["figures"])


class Hours(Answer):
    """Travel is told apart and is in nothing else."""

    contact: float
    registration: float
    without_travel: float
    travel: float


class Effort(Answer):
    """Of `n` cases something was done for `cases`; those for which nothing was count with nought.

    `perMonth` is of the time from one milestone to another; null where none were named.
    """

    n: int
    cases: int
    activities: int
    hours: Hours
    hours_per_case: Statistics
    activities_per_case: Statistics
    contact_minutes_per_activity: float | None
    per_month: float | None


class Split(Answer):
    """The same, of the cases for which the condition `by` holds and of the others."""

    by: str
    holding: Effort
    others: Effort


class EffortRow(Answer):
    """What rows are not split by is null; so is a month not known, and a channel not told of."""

    case_manager: UUID | None
    category: str | None
    type: str | None
    channel: str | None
    month: str | None
    cases: int
    activities: int
    hours: Hours


class EffortFigure(Effort):
    """`rows` is empty and `split` null where none were asked for."""

    basis: Basis
    rows: list[EffortRow]
    split: Split | None


class CaseRow(Answer):
    key: UUID
    activities: int
    hours: Hours


@router.get(
    "/v1/figures/effort",
    summary="Hours and activities per case",
    dependencies=[lists("figure:read")],
)
async def read_effort(asked: AsEffortAsked, snapshots: TheSnapshots) -> EffortFigure:
    async with snapshots.of(asked.asked.min_position, EFFORT, asked.view) as snapshot:
        whole, *parts = [await _effort(snapshot, part) for part in asked.parts()]
        grouped = effort.grouped(asked.work, asked.by) if asked.by else None
        rows = await snapshot.fetch(grouped) if grouped is not None else []
        rests_on = await basis(snapshot, asked.asked)
    by = asked.split_by_given or ""
    return EffortFigure(
        **dict(whole),
        basis=rests_on,
        rows=[_row(row) for row in rows],
        split=Split(by=by, holding=parts[0], others=parts[1]) if parts else None,
    )


async def _effort(snapshot: Snapshot, asked: EffortAsked) -> Effort:
    [found] = await snapshot.fetch(effort.totals(asked.work))
    activities = found["activities"]
    contact = found["contact_minutes"] / activities if activities else None
    return Effort(
        n=found["n"],
        cases=found["cases"],
        activities=activities,
        hours=_hours(found),
        hours_per_case=statistics(found, MINUTES_PER_HOUR, "minutes_"),
        activities_per_case=statistics(found, prefix="activities_"),
        contact_minutes_per_activity=None if contact is None else round(contact, 4),
        per_month=await _per_month(snapshot, asked),
    )


async def _per_month(snapshot: Snapshot, asked: EffortAsked) -> float | None:
    if asked.span is None:
        return None
    [pace] = await snapshot.fetch(effort.pace(asked.work, asked.span))
    months = (pace["days"] or 0) / DAYS_PER_MONTH
    return round(pace["activities"] / months, 4) if months else None


def _hours(found: Mapping[str, Any]) -> Hours:
    contact, registration, travel = (
        found[f"{kind}_minutes"] / MINUTES_PER_HOUR
        for kind in ("contact", "registration", "travel")
    )
    return Hours(
        contact=round(contact, 4),
        registration=round(registration, 4),
        without_travel=round(contact + registration, 4),
        travel=round(travel, 4),
    )


def _row(row: Mapping[str, Any]) -> EffortRow:
    groups = {
        name: row.get(name) for name in ("case_manager", "category", "type", "channel", "month")
    }
    return EffortRow(**groups, cases=row["cases"], activities=row["activities"], hours=_hours(row))


@router.get(
    "/v1/figures/effort/cases",
    summary="Hours and activities of each case",
    dependencies=[lists("figure:read")],
)
async def list_effort_cases(
    asked: AsEffortAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[CaseRow]:
    """Those on which something was done; neither split nor grouped."""
    [after] = page.after or [None]
    found = effort.by_case(asked.work, after=UUID(after) if after else None, limit=page.fetch)
    async with snapshots.of(asked.asked.min_position, EFFORT, asked.view) as snapshot:
        rows = await snapshot.fetch(found)
    return page.answer(rows, lambda row: [str(row["key"])], _case)


def _case(row: Mapping[str, Any]) -> CaseRow:
    return CaseRow(key=row["key"], activities=row["activities"], hours=_hours(row))


@router.get(
    "/v1/figures/effort/events",
    summary="The events behind effort",
    dependencies=[lists("figure:read-events")],
)
async def list_effort_events(
    asked: AsEffortAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    concern = behind_activities(effort.events(asked.work))
    async with snapshots.of(asked.asked.min_position, EFFORT, asked.view) as snapshot:
        return await events_behind(snapshot, concern, asked.asked, page)
