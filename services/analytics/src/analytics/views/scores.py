"""Scores: how each case scored on the scales of an instrument, wave by wave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Float, Select, Text, Uuid, func, select

from analytics.log import Fact
from analytics.views.conditions import Cases
from analytics.views.measures import measures
from events.contracts import type_name
from events.contracts.casefile import CaseOpened, InstrumentCompleted
from events.views import Row, View, intervals

TYPES = frozenset(
    type_name("casefile", event)
    for event in ("case-opened", "instrument-completed", "instrument-corrected")
)


class Scored(NamedTuple):
    """The scores by instrument and wave; what was not answered is not there."""

    programme: str | None = None
    organisation: UUID | None = None
    completed: Mapping[tuple[str, str], Mapping[str, float]] = MappingProxyType({})


def _evolve(scored: Scored, fact: Fact) -> Scored:
    match fact.event:
        case CaseOpened(organisation=organisation):
            return scored._replace(programme=fact.metadata.programme, organisation=organisation)
        case InstrumentCompleted(instrument=instrument, wave=wave, scores=scores):
            return scored._replace(completed={**scored.completed, (instrument, wave): scores})
        case _:
            return scored


def _row(scored: Scored) -> Iterable[Row]:
    for (instrument, wave), scores in scored.completed.items():
        for score, value in scores.items():
            yield {
                "programme": scored.programme,
                "organisation": scored.organisation,
                "instrument": instrument,
                "wave": wave,
                "score": score,
                "value": value,
            }


rows = intervals(Scored(), _evolve, _row)

SCORES = View.of(
    "scores",
    1,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("instrument", Text, nullable=False),
    Column("wave", Text, nullable=False),
    Column("score", Text, nullable=False),
    Column("value", Float, nullable=False),
    types=TYPES,
    rows=rows,
)
TABLE = SCORES.table


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Of one instrument, or of all."""

    cases: Cases
    instrument: str | None


def statistics(choice: Choice) -> Select[*tuple[object, ...]]:
    """Of each score in each wave, over the cases that answered."""
    groups = (TABLE.c.instrument, TABLE.c.wave, TABLE.c.score)
    return (
        select(*groups, func.count().label("cases"), *measures(TABLE.c.value))
        .where(*_of(choice))
        .group_by(*groups)
        .order_by(*groups)
    )


def keys(choice: Choice) -> Select[UUID]:
    return select(TABLE.c.key).where(*_of(choice))


def _of(choice: Choice) -> list[ColumnElement[bool]]:
    chosen = [] if choice.instrument is None else [TABLE.c.instrument == choice.instrument]
    return [*choice.cases.held(TABLE), *chosen]
