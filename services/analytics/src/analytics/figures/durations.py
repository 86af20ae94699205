"""How long it takes from one milestone to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked, unknown
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.parts import TheProgrammes
from analytics.views import durations
from analytics.views.behind import among as behind_milestones
from analytics.views.durations import Open, Span
from analytics.views.milestones import milestone_names, milestones
from analytics.views.snapshot import TheSnapshots
from events.occurrence import Occurred, end_of
from events.views import View
from kit import problems
from kit.bodies import Answer
from kit.endpoints import lists
from kit.moments import Day
from kit.paging import AtPage, Listed

DAYS_PER_MONTH = 30.44
"""As the programme's own figures were reckoned (domain sheet 00, section 11)."""

STATISTICS = ("mean", "min", "lower_quartile", "median", "upper_quartile", "max")

router = APIRouter(tags=["figures"])


class Statistics(Answer):
    """All null where nothing was measured; quartiles and median are interpolated."""

    mean: float | None
    min: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    max: float | None


class DurationsFigure(Answer):
    """Of the `population`, `n` were measured.

    `open` have not reached the second milestone; `undated` are left out, because a date is not
    known to the day; those of both kinds are counted in both.
    """

    n: int
    basis: Basis
    population: int
    open: int
    open_share: float | None
    undated: int
    days: Statistics
    months: Statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationsAsked:
    asked: Asked
    span: Span
    view: View


async def _asked(
    asked: AsAsked,
    programmes: TheProgrammes,
    start: Annotated[str, Query(alias="from", description="The milestone that begins it.")],
    finish: Annotated[str, Query(alias="to", description="The milestone that ends it.")],
    among: Annotated[str | None, Query(description="Only cases with this milestone too.")] = None,
    since: Annotated[
        Day | None, Query(alias="fromSince", description="The first day of `from` that counts.")
    ] = None,
    until: Annotated[
        Day | None, Query(alias="fromUntil", description="The last day of `from` that counts.")
    ] = None,
    still_open: Annotated[
        Open, Query(alias="open", description="Open cases: cut at the cut-off date, or left out.")
    ] = Open.LEFT_OUT,
) -> DurationsAsked:
    known = milestone_names(programmes)
    named = {"from": start, "to": finish, "among": among}
    strange = [unknown(p, known) for p, name in named.items() if name and name not in known]
    if strange:
        raise problems.invalid(strange)
    span = Span(
        cut=asked.cut,
        start=start,
        finish=finish,
        among=among,
        since=Occurred.parse(since.isoformat()).at if since else None,
        until=end_of(until.isoformat()) if until else None,
        open=still_open,
    )
    return DurationsAsked(asked=asked, span=span, view=milestones(programmes))


AsDurationsAsked = Annotated[DurationsAsked, Depends(_asked)]


@router.get(
    "/v1/figures/durations",
    summary="From one milestone to another",
    dependencies=[lists("figure:read")],
)
async def read_durations(
    durations_asked: AsDurationsAsked, snapshots: TheSnapshots
) -> DurationsFigure:
    asked = durations_asked.asked
    async with snapshots.of(durations_asked.view, asked.min_position) as snapshot:
        [found] = await snapshot.fetch(durations.statistics(durations_asked.span))
        rests_on = await basis(snapshot, asked)
    return DurationsFigure(
        n=found["n"],
        basis=rests_on,
        population=found["population"],
        open=found["open"],
        open_share=share(found["open"], found["population"]),
        undated=found["undated"],
        days=_statistics(found, 1),
        months=_statistics(found, DAYS_PER_MONTH),
    )


def _statistics(found: Mapping[str, Any], days: float) -> Statistics:
    values = {name: found[name] for name in STATISTICS}
    return Statistics(
        **{name: None if v is None else round(v / days, 4) for name, v in values.items()}
    )


@router.get(
    "/v1/figures/durations/events",
    summary="The events behind durations",
    dependencies=[lists("figure:read-events")],
)
async def list_durations_events(
    durations_asked: AsDurationsAsked,
    page: AtPage,
    snapshots: TheSnapshots,
) -> Listed[Behind]:
    asked = durations_asked.asked
    concern = behind_milestones(durations.events(durations_asked.span))
    async with snapshots.of(durations_asked.view, asked.min_position) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
