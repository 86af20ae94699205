"""How long it takes from one milestone to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.figures.chosen import FORM, POINT, AsChosen, Chosen, Reading
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.figures.statistics import Statistics, of_counts, statistics
from analytics.views import durations
from analytics.views.behind import among as behind_milestones
from analytics.views.conditions import Condition
from analytics.views.durations import Open, Span
from analytics.views.snapshot import TheSnapshots
from events.occurrence import Occurred, end_of
from kit.bodies import Answer, CivilDay
from kit.endpoints import lists
from kit.paging import AtPage, Listed

DAYS_PER_MONTH = 30.44
"""As the programme's own figures were reckoned (domain sheet 00, section 11)."""

router = APIRouter(tags=["figures"])


class Durations(Answer):
    """Of the `population`, `n` were measured.

    `open` have not reached the second milestone; `undated` are left out, because a date is not
    known to the day; those of both kinds are counted in both.
    """

    n: int
    population: int
    open: int
    open_share: float | None
    undated: int
    days: Statistics
    months: Statistics


class Split(Answer):
    """The same, of the cases for which the condition `by` holds and of the others."""

    by: str
    holding: Durations
    others: Durations


class Counted(StrEnum):
    CASES = "cases"
    TRACKS = "tracks"


class DurationsFigure(Durations):
    """`split` is null where none was asked for.

    `counted` says of what the population is: of tracks where both milestones are steps of the same
    kinds of track, each measured within its own, otherwise of cases. A case that was closed and
    opened again is open until it is closed again, and then closed by that closing.
    """

    basis: Basis
    counted: Counted
    split: Split | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationsAsked:
    chosen: Chosen
    span: Span
    split_by: Condition | None
    split_by_given: str | None


async def _asked(
    chosen: AsChosen,
    start: Annotated[str, Query(alias="from", description=f"What begins it: {POINT}.")],
    finish: Annotated[str, Query(alias="to", description=f"What ends it: {POINT}.")],
    split_by: Annotated[
        str | None, Query(alias="splitBy", description=f"A condition: {FORM}.")
    ] = None,
    since: Annotated[
        CivilDay | None,
        Query(alias="fromSince", description="The first day of `from` that counts."),
    ] = None,
    until: Annotated[
        CivilDay | None, Query(alias="fromUntil", description="The last day of `from` that counts.")
    ] = None,
    still_open: Annotated[
        Open, Query(alias="open", description="Open cases: cut at the cut-off date, or left out.")
    ] = Open.LEFT_OUT,
) -> DurationsAsked:
    reading = Reading(chosen.programmes)
    first, last = reading.point("from", start), reading.point("to", finish)
    span = Span(
        start=first,
        finish=last,
        cases=chosen.cases(reading),
        since=Occurred.parse(since.isoformat()).at if since else None,
        until=end_of(until.isoformat()) if until else None,
        open=still_open,
        per_track=first.beside(last, chosen.asked.cut),
    )
    by = reading.condition("splitBy", split_by)
    reading.done()
    return DurationsAsked(chosen=chosen, span=span, split_by=by, split_by_given=split_by)


AsDurationsAsked = Annotated[DurationsAsked, Depends(_asked)]


@router.get(
    "/v1/figures/durations",
    summary="From one milestone to another",
    dependencies=[lists("figure:read")],
)
async def read_durations(
    durations_asked: AsDurationsAsked, snapshots: TheSnapshots
) -> DurationsFigure:
    asked, by = durations_asked.chosen.asked, durations_asked.split_by
    spans = [durations_asked.span, *(durations_asked.span.split(by) if by else ())]
    async with snapshots.of(asked.min_position, durations_asked.chosen.view) as snapshot:
        bounds = [row["key"] for row in await snapshot.fetch(durations.BOUNDS)]
        parts = durations.parts(bounds)
        found = [await snapshot.fetch(durations.counts(span, parts)) for span in spans]
        rests_on = await basis(snapshot, asked)
    whole, *split = map(_durations, found)
    given = durations_asked.split_by_given or ""
    return DurationsFigure(
        **dict(whole),
        basis=rests_on,
        counted=Counted.TRACKS if durations_asked.span.per_track else Counted.CASES,
        split=Split(by=given, holding=split[0], others=split[1]) if split else None,
    )


def _durations(found: Sequence[Mapping[str, Any]]) -> Durations:
    """From how many there are of each number of days, and how many without one."""
    population, still_open, undated = (
        sum(alike[name] for alike in found) for name in durations.COUNTED
    )
    days = {alike["days"]: alike["population"] for alike in found if alike["days"] is not None}
    measured = of_counts(days)
    return Durations(
        n=sum(days.values()),
        population=population,
        open=still_open,
        open_share=share(still_open, population),
        undated=undated,
        days=statistics(measured),
        months=statistics(measured, DAYS_PER_MONTH),
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
    asked = durations_asked.chosen.asked
    concern = behind_milestones(durations.events(durations_asked.span))
    async with snapshots.of(asked.min_position, durations_asked.chosen.view) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
