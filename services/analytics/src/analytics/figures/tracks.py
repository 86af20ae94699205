"""The steps of tracks: in how many cases each happened, how it ended, and what it said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import unknown
from analytics.figures.chosen import AsOpened, Chosen
from analytics.figures.figure import Basis, Behind, basis, events_behind, share
from analytics.views import tracks
from analytics.views.behind import among as behind_milestones
from analytics.views.snapshot import TheSnapshots
from analytics.views.tracks import Choice
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class Outcome(Answer):
    """Null where the step has no outcomes; `unknown` is an outcome."""

    outcome: str | None
    cases: int


class Said(Answer):
    field: str
    value: str
    cases: int


class TrackRow(Answer):
    """Each case counts once, as the step went the last time; share is of all cases."""

    track: str
    step: str
    milestone: str
    cases: int
    share: float | None
    outcomes: list[Outcome]
    answers: list[Said]


class TracksFigure(Answer):
    """`n` is the number of cases, whether or not a track runs beside them."""

    n: int
    basis: Basis
    rows: list[TrackRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracksAsked:
    chosen: Chosen
    choice: Choice


async def _asked(
    chosen: AsOpened,
    track: Annotated[str | None, Query(description="By default all.")] = None,
) -> TracksAsked:
    known = frozenset(t.code for d in chosen.programmes.definitions for t in d.tracks)
    cases = chosen.read([] if track is None or track in known else [unknown("track", known)])
    return TracksAsked(chosen=chosen, choice=Choice(cases=cases, track=track))


AsTracksAsked = Annotated[TracksAsked, Depends(_asked)]


@router.get(
    "/v1/figures/tracks",
    summary="How often each step of a track happened, and how it ended",
    dependencies=[lists("figure:read")],
)
async def read_tracks(tracks_asked: AsTracksAsked, snapshots: TheSnapshots) -> TracksFigure:
    chosen, choice = tracks_asked.chosen, tracks_asked.choice
    async with snapshots.of(chosen.asked.min_position, chosen.view) as snapshot:
        [cases] = await snapshot.fetch(choice.cases.count())
        outcomes = await snapshot.fetch(tracks.outcomes(choice))
        answers = await snapshot.fetch(tracks.answers(choice))
        rests_on = await basis(snapshot, chosen.asked)
    rows = list(_rows(cases["n"], outcomes, answers))
    return TracksFigure(n=cases["n"], basis=rests_on, rows=rows)


Found = Sequence[Mapping[str, Any]]


def _rows(n: int, outcomes: Found, answers: Found) -> Iterator[TrackRow]:
    for (track, step, milestone), found in groupby(outcomes, itemgetter(*tracks.STEP)):
        ended = [Outcome(outcome=row["outcome"], cases=row["cases"]) for row in found]
        cases = sum(outcome.cases for outcome in ended)
        yield TrackRow(
            track=track,
            step=step,
            milestone=milestone,
            cases=cases,
            share=share(cases, n),
            outcomes=ended,
            answers=[_said(row) for row in answers if (row["track"], row["step"]) == (track, step)],
        )


def _said(row: Mapping[str, Any]) -> Said:
    field, _, value = row["said"].partition("=")
    return Said(field=field, value=value, cases=row["cases"])


@router.get(
    "/v1/figures/tracks/events",
    summary="The events behind the steps of tracks",
    dependencies=[lists("figure:read-events")],
)
async def list_tracks_events(
    tracks_asked: AsTracksAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    chosen = tracks_asked.chosen
    concern = behind_milestones(tracks.events(tracks_asked.choice))
    async with snapshots.of(chosen.asked.min_position, chosen.view) as snapshot:
        return await events_behind(snapshot, concern, chosen.asked, page)
