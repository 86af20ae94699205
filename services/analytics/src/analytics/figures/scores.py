"""Scores by instrument and wave, such as marks by life domain: over the cases that answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import unknown
from analytics.figures.chosen import AsOpened, Chosen
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.figures.statistics import Statistics, statistics
from analytics.views import scores
from analytics.views.behind import of_keys
from analytics.views.scores import SCORES, Choice
from analytics.views.snapshot import TheSnapshots
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed

router = APIRouter(tags=["figures"])


class ScoresRow(Answer):
    """One score in one wave; `cases` are those that answered it."""

    instrument: str
    wave: str
    score: str
    cases: int
    values: Statistics


class ScoresFigure(Answer):
    """`n` is the number of cases, whether or not they completed anything."""

    n: int
    basis: Basis
    rows: list[ScoresRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresAsked:
    chosen: Chosen
    choice: Choice


async def _asked(
    chosen: AsOpened,
    instrument: Annotated[str | None, Query(description="By default all.")] = None,
) -> ScoresAsked:
    known = frozenset(i.code for d in chosen.programmes.definitions for i in d.instruments)
    strange = instrument is not None and instrument not in known
    cases = chosen.read([unknown("instrument", known)] if strange else [])
    return ScoresAsked(chosen=chosen, choice=Choice(cases=cases, instrument=instrument))


AsScoresAsked = Annotated[ScoresAsked, Depends(_asked)]


@router.get(
    "/v1/figures/scores",
    summary="Scores by instrument and wave",
    dependencies=[lists("figure:read")],
)
async def read_scores(scores_asked: AsScoresAsked, snapshots: TheSnapshots) -> ScoresFigure:
    chosen, choice = scores_asked.chosen, scores_asked.choice
    async with snapshots.of(chosen.asked.min_position, SCORES, chosen.view) as snapshot:
        [total] = await snapshot.fetch(choice.cases.count())
        rows = await snapshot.fetch(scores.statistics(choice))
        rests_on = await basis(snapshot, chosen.asked)
    return ScoresFigure(n=total["n"], basis=rests_on, rows=[_row(row) for row in rows])


def _row(row: Mapping[str, Any]) -> ScoresRow:
    names = ("instrument", "wave", "score", "cases")
    return ScoresRow(**{name: row[name] for name in names}, values=statistics(row))


@router.get(
    "/v1/figures/scores/events",
    summary="The events behind scores",
    dependencies=[lists("figure:read-events")],
)
async def list_scores_events(
    scores_asked: AsScoresAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    chosen, choice = scores_asked.chosen, scores_asked.choice
    concern = of_keys(scores.keys(choice), scores.TYPES, choice.cases.cut)
    async with snapshots.of(chosen.asked.min_position, SCORES, chosen.view) as snapshot:
        return await events_behind(snapshot, concern, chosen.asked, page)
