"""The open caseload of each case manager at the end of a day."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.views import caseload
from analytics.views.behind import of_keys
from analytics.views.caseload import CASELOAD
from analytics.views.snapshot import TheSnapshots
from events.occurrence import end_of
from kit import problems
from kit.bodies import Answer
from kit.endpoints import lists
from kit.moments import Day
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class CaseloadRow(Answer):
    case_manager: UUID
    role: str
    cases: int


class CaseloadFigure(Answer):
    """`n` is the number of open cases that somebody holds; rows may count a case more than once."""

    n: int
    basis: Basis
    rows: list[CaseloadRow]


async def _asked(
    asked: AsAsked,
    day: Annotated[Day | None, Query(description="Its end, instead of `asOf`.")] = None,
) -> Asked:
    if day is None:
        return asked
    if asked.as_of_given:
        raise problems.invalid([{"parameter": "day", "detail": "give `day` or `asOf`, not both"}])
    given = day.isoformat()
    return replace(asked, cut=replace(asked.cut, as_of=end_of(given)), as_of_given=given)


AsCaseloadAsked = Annotated[Asked, Depends(_asked)]


@router.get(
    "/v1/figures/caseload",
    summary="Open cases per case manager",
    dependencies=[lists("figure:read")],
)
async def read_caseload(asked: AsCaseloadAsked, snapshots: TheSnapshots) -> CaseloadFigure:
    async with snapshots.of(asked.min_position, CASELOAD) as snapshot:
        rows = await snapshot.fetch(caseload.counts(asked.cut))
        [total] = await snapshot.fetch(caseload.total(asked.cut))
        rests_on = await basis(snapshot, asked)
    return CaseloadFigure(n=total["n"], basis=rests_on, rows=[CaseloadRow(**row) for row in rows])


@router.get(
    "/v1/figures/caseload/events",
    summary="The events behind the caseload",
    dependencies=[lists("figure:read-events")],
)
async def list_caseload_events(
    asked: AsCaseloadAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    concern = of_keys(caseload.keys(asked.cut), caseload.TYPES, asked.cut)
    async with snapshots.of(asked.min_position, CASELOAD) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
