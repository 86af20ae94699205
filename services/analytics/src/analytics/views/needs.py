"""Needs: in which field, since when, and what became of each."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    distinct,
    func,
    select,
)

from analytics.log import Fact
from analytics.views.conditions import Cases
from analytics.views.measures import measures
from events.contracts import type_name
from events.contracts.casefile import CaseOpened, NeedClosed, NeedIdentified, NeedMet
from events.history import as_told, latest
from events.store import Recorded
from events.views import Row, View, intervals

TYPES = frozenset(
    type_name("casefile", event)
    for event in ("case-opened", "need-identified", "need-met", "need-closed")
)


class Need(NamedTuple):
    """`identified` is the civil day, if it is known; `met` is all that was told of that."""

    field: str | None = None
    theme: str | None = None
    identified: date | None = None
    met: tuple[Fact, ...] = ()
    closed: bool = False


class Needs(NamedTuple):
    programme: str | None = None
    organisation: UUID | None = None
    each: Mapping[UUID, Need] = MappingProxyType({})


def _evolve(needs: Needs, fact: Fact) -> Needs:
    match fact.event:
        case CaseOpened(organisation=organisation):
            return needs._replace(programme=fact.metadata.programme, organisation=organisation)
        case NeedIdentified(need=need, field=field, theme=theme):
            return _with(needs, need, field=field, theme=theme, identified=fact.occurred.day)
        case NeedMet(need=need):
            met = needs.each.get(need, Need()).met
            return _with(needs, need, met=(*met, fact))
        case NeedClosed(need=need):
            return _with(needs, need, closed=True)
        case _:
            return needs


def _with(needs: Needs, need: UUID, **told: Any) -> Needs:  # noqa: ANN401 - fields of Need
    known = needs.each.get(need, Need())
    return needs._replace(each={**needs.each, need: known._replace(**told)})


def _row(needs: Needs) -> Iterable[Row]:
    for id_, need in needs.each.items():
        if need.field is not None:
            yield {
                "programme": needs.programme,
                "organisation": needs.organisation,
                "need": id_,
                "field": need.field,
                "theme": need.theme,
                "identified": need.identified,
                **_met(need),
                "closed": need.closed,
            }


def _met(need: Need) -> Row:
    """By the last word on it, as casefile has it."""
    told = latest(as_told(need.met), type).get(Recorded)
    if told is None or not isinstance(told.event, NeedMet):
        return {"met_by": None, "days": None}
    day, since = told.occurred.day, need.identified
    return {"met_by": told.event.met_by, "days": (day - since).days if day and since else None}


rows = intervals(Needs(), _evolve, _row)

NEEDS = View.of(
    "needs",
    1,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("need", Uuid, nullable=False),
    Column("field", Text, nullable=False),
    Column("theme", Text),
    Column("identified", Date),
    Column("met_by", Text),
    Column("days", Integer),
    Column("closed", Boolean, nullable=False),
    types=TYPES,
    rows=rows,
)
TABLE = NEEDS.table


def counts(cases: Cases) -> Select[*tuple[object, ...]]:
    """Of each field: what became of its needs, and the days until they were met."""
    met = TABLE.c.met_by.is_not(None)
    kinds = {
        "met": met,
        "closed_unmet": ~met & TABLE.c.closed,
        "open": ~met & ~TABLE.c.closed,
        "undated": met & TABLE.c.days.is_(None),
    }
    return (
        select(
            TABLE.c.field,
            func.count().label("needs"),
            func.count(distinct(TABLE.c.key)).label("cases"),
            *(func.count().filter(kind).label(name) for name, kind in kinds.items()),
            *measures(TABLE.c.days, "days_"),
        )
        .where(*cases.held(TABLE))
        .group_by(TABLE.c.field)
        .order_by(TABLE.c.field)
    )


def by_whom(cases: Cases) -> Select[str, str, int]:
    groups = (TABLE.c.field, TABLE.c.met_by)
    return (
        select(*groups, func.count().label("needs"))
        .where(*cases.held(TABLE), TABLE.c.met_by.is_not(None))
        .group_by(*groups)
        .order_by(*groups)
    )


def keys(cases: Cases) -> Select[UUID]:
    return select(TABLE.c.key).where(*cases.held(TABLE))
