"""The steps of tracks: in how many cases and tracks each happened, how it ended, what it said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    tracks: int


class Said(Answer):
    field: str
    value: str
    cases: int
    tracks: int


class TrackRow(Answer):
    """`cases` have the step on at least one track of this kind, `tracks` are all that have it.

    Each track counts as the step went the last time on it, so a case with two claims that ended
    differently is one of `cases` here and one under each of the two outcomes. `share` is that of
    `cases` in all cases.
    """

    track: str
    step: str
    milestone: str
    cases: int
    tracks: int
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
        steps = await snapshot.fetch(tracks.steps(choice))
        outcomes = await snapshot.fetch(tracks.outcomes(choice))
        answers = await snapshot.fetch(tracks.answers(choice))
        rests_on = await basis(snapshot, chosen.asked)
    rows = [_row(step, cases["n"], outcomes, answers) for step in steps]
    return TracksFigure(n=cases["n"], basis=rests_on, rows=rows)


Found = Sequence[Mapping[str, Any]]


def _row(step: Mapping[str, Any], n: int, outcomes: Found, answers: Found) -> TrackRow:
    return TrackRow(
        **step,
        share=share(step["cases"], n),
        outcomes=[Outcome(**_own(row)) for row in outcomes if _of(row) == _of(step)],
        answers=[_said(**_own(row)) for row in answers if _of(row) == _of(step)],
    )


_of = itemgetter(*tracks.STEP)


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in tracks.STEP}


def _said(said: str, **counted: int) -> Said:
    field, _, value = said.partition("=")
    return Said(field=field, value=value, **counted)


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
