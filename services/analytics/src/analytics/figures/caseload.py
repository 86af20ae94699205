"""The open caseload of each case manager, or of each region, at the end of a day."""

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.parts import TheProgrammes
from analytics.views import caseload
from analytics.views.behind import of_keys
from analytics.views.caseload import CASELOAD, By
from analytics.views.snapshot import TheSnapshots
from events.occurrence import end_of
from kit import problems
from kit.bodies import Answer, CivilDay
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class CaseloadRow(Answer):
    """`heavy` are those of the cases that are marked so.

    Case manager and role, or the region, are null where the figure is not split by them.
    """

    case_manager: UUID | None = None
    role: str | None = None
    region: str | None = None
    cases: int
    heavy: int


class CaseloadFigure(Answer):
    """`n` is the number of open cases that somebody holds, `heavy` of those that are marked so.

    Rows of case managers may count a case more than once.
    """

    n: int
    heavy: int
    basis: Basis
    rows: list[CaseloadRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseloadAsked:
    asked: Asked
    by: By


async def _asked(
    asked: AsAsked,
    day: Annotated[CivilDay | None, Query(description="Its end, instead of `asOf`.")] = None,
    by: Annotated[By, Query(description="What rows are by.")] = By.CASE_MANAGER,
) -> CaseloadAsked:
    if day is None:
        return CaseloadAsked(asked=asked, by=by)
    if asked.as_of_given:
        raise problems.invalid([{"parameter": "day", "detail": "give `day` or `asOf`, not both"}])
    given = day.isoformat()
    of_day = replace(asked, cut=replace(asked.cut, as_of=end_of(given)), as_of_given=given)
    return CaseloadAsked(asked=of_day, by=by)


AsCaseloadAsked = Annotated[CaseloadAsked, Depends(_asked)]


@router.get(
    "/v1/figures/caseload",
    summary="Open cases, and the heavy ones, per case manager or region",
    dependencies=[lists("figure:read")],
)
async def read_caseload(caseload_asked: AsCaseloadAsked, snapshots: TheSnapshots) -> CaseloadFigure:
    asked = caseload_asked.asked
    async with snapshots.of(asked.min_position, CASELOAD) as snapshot:
        counted = await snapshot.fetch(caseload.counts(asked.cut, caseload_asked.by))
        rests_on = await basis(snapshot, asked)
    return CaseloadFigure(
        n=sum(row["n"] for row in counted),
        heavy=sum(row["n_heavy"] for row in counted),
        basis=rests_on,
        rows=[
            CaseloadRow(
                case_manager=row.get("case_manager"),
                role=row.get("role"),
                region=row.get("region"),
                cases=row["cases"],
                heavy=row["heavy"],
            )
            for row in counted
        ],
    )


@router.get(
    "/v1/figures/caseload/events",
    summary="The events behind the caseload",
    dependencies=[lists("figure:read-events")],
)
async def list_caseload_events(
    caseload_asked: AsCaseloadAsked,
    page: AtPage,
    programmes: TheProgrammes,
    snapshots: TheSnapshots,
) -> Listed[Behind]:
    asked = caseload_asked.asked
    concern = of_keys(caseload.keys(asked.cut), caseload.types_of(programmes), asked.cut)
    async with snapshots.of(asked.min_position, CASELOAD) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
