"""Needs by field: how many there were, what became of them, by whom, and after how many days."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from analytics.figures.chosen import AsOpened
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.figures.statistics import Statistics, statistics
from analytics.views import needs
from analytics.views.behind import of_keys
from analytics.views.needs import NEEDS
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class MetBy(Answer):
    by: str
    needs: int


class NeedsRow(Answer):
    """`needs` = `met` + `closedUnmet` + `open`.

    `days` are civil days from when a need was identified until it was met; `undated` were met on a
    day that is not known, or identified on one.
    """

    field: str
    needs: int
    cases: int
    met: int
    closed_unmet: int
    open: int
    undated: int
    met_by: list[MetBy]
    days: Statistics


class NeedsFigure(Answer):
    """`n` is the number of cases, whether or not a need was identified."""

    n: int
    basis: Basis
    rows: list[NeedsRow]


@router.get(
    "/v1/figures/needs",
    summary="Needs by field, and what became of them",
    dependencies=[lists("figure:read")],
)
async def read_needs(chosen: AsOpened, snapshots: TheSnapshots) -> NeedsFigure:
    cases = chosen.read()
    async with snapshots.of(chosen.asked.min_position, NEEDS, chosen.view) as snapshot:
        [total] = await snapshot.fetch(cases.count())
        counts = await snapshot.fetch(needs.counts(cases))
        by_whom = await snapshot.fetch(needs.by_whom(cases))
        rests_on = await basis(snapshot, chosen.asked)
    rows = [_row(row, [by for by in by_whom if by["field"] == row["field"]]) for row in counts]
    return NeedsFigure(n=total["n"], basis=rests_on, rows=rows)


def _row(row: Mapping[str, Any], by_whom: Sequence[Mapping[str, Any]]) -> NeedsRow:
    names = ("field", "needs", "cases", "met", "closed_unmet", "open", "undated")
    return NeedsRow(
        **{name: row[name] for name in names},
        met_by=[MetBy(by=by["met_by"], needs=by["needs"]) for by in by_whom],
        days=statistics(row, prefix="days_"),
    )


@router.get(
    "/v1/figures/needs/events",
    summary="The events behind needs",
    dependencies=[lists("figure:read-events")],
)
async def list_needs_events(
    chosen: AsOpened, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    cases = chosen.read()
    concern = of_keys(needs.keys(cases), needs.TYPES, cases.cut)
    async with snapshots.of(chosen.asked.min_position, NEEDS, chosen.view) as snapshot:
        return await events_behind(snapshot, concern, chosen.asked, page)
