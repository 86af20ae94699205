"""Effort: the work on each case, by activity, in minutes of contact, travel and registration."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Label,
    Select,
    Text,
    Uuid,
    cast,
    distinct,
    func,
    select,
)

from analytics.log import Fact
from analytics.views.conditions import Cases
from analytics.views.cut import believed
from analytics.views.durations import Span, measured
from analytics.views.measures import measures
from events.contracts import type_name
from events.contracts.casefile import ActivityLogged, CaseOpened
from events.history import BEGINNING, happened
from events.occurrence import Occurred, Precision, civil_day
from events.views import Fold, Row, View

TYPES = frozenset(
    type_name("casefile", event)
    for event in ("case-opened", "activity-logged", "activity-corrected")
)
MINUTES = ("contact_minutes", "travel_minutes", "registration_minutes")


class _Effort:
    """The activities of a case, and whose it is: who opened it first says that."""

    def __init__(self, _key: UUID) -> None:
        self._moment = BEGINNING
        self._opened = False
        self._organisation: UUID | None = None
        self._done: list[Row] = []

    def add(self, fact: Fact) -> None:
        self._moment = max(self._moment, happened(fact))
        if isinstance(fact.event, CaseOpened) and not self._opened:
            self._opened, self._organisation = True, fact.event.organisation
            self._done = [row | {"organisation": self._organisation} for row in self._done]
        if isinstance(fact.event, ActivityLogged):
            self._done.append(self._row(fact, fact.event))

    def rows(self) -> list[Row]:
        return self._done.copy()

    def _row(self, fact: Fact, done: ActivityLogged) -> Row:
        return {
            "programme": fact.metadata.programme,
            "organisation": self._organisation,
            "event": fact.id,
            "case_manager": done.case_manager,
            "category": done.category,
            "type": done.type,
            "channel": done.channel,
            "month": _month(fact.occurred),
            "happened_at": self._moment,
            **{name: getattr(done, name) for name in MINUTES},
        }


def _month(occurred: Occurred) -> str | None:
    """The civil month; None where not even that is known."""
    if occurred.at is None or occurred.precision is Precision.YEAR:
        return None
    return civil_day(occurred.at).isoformat()[:7]


rows = Fold(_Effort)

EFFORT = View.of(
    "effort",
    2,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("event", Uuid, nullable=False),
    Column("case_manager", Uuid, nullable=False),
    Column("category", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("channel", Text),
    Column("month", Text),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    *(Column(name, Integer, nullable=False) for name in MINUTES),
    Index("effort_v2_happened", "happened_at"),
    types=TYPES,
    rows=rows,
    held=False,
)
TABLE = EFFORT.table


class By(StrEnum):
    CASE_MANAGER = "case-manager"
    CATEGORY = "category"
    TYPE = "type"
    CHANNEL = "channel"
    MONTH = "month"
    MONTH_CHANNEL = "month-channel"


_GROUPS = {
    By.CASE_MANAGER: (TABLE.c.case_manager,),
    By.CATEGORY: (TABLE.c.category,),
    By.TYPE: (TABLE.c.category, TABLE.c.type),
    By.CHANNEL: (TABLE.c.channel,),
    By.MONTH: (TABLE.c.month,),
    By.MONTH_CHANNEL: (TABLE.c.month, TABLE.c.channel),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Which activities of which cases; none named means all."""

    cases: Cases
    categories: Sequence[str]
    types: Sequence[str]


def totals(work: Work) -> Select[*tuple[object, ...]]:
    """One row; cases on which nothing was done count with nought."""
    cases = work.cases.keys().cte("cases")
    per_case = _per_case(work).cte("per_case")
    minutes = func.coalesce(per_case.c.contact_minutes + per_case.c.registration_minutes, 0)
    sums = (_sum(per_case.c[name], name) for name in ("activities", *MINUTES))
    return select(
        func.count().label("n"),
        func.count(per_case.c.key).label("cases"),
        *sums,
        *measures(minutes, "minutes_"),
        *measures(func.coalesce(per_case.c.activities, 0), "activities_"),
    ).select_from(cases.outerjoin(per_case, cases.c.key == per_case.c.key))


def by_case(work: Work, *, after: UUID | None, limit: int) -> Select[*tuple[object, ...]]:
    """Of each case on which something was done."""
    found = _per_case(work).order_by(TABLE.c.key).limit(limit)
    return found.where(TABLE.c.key > after) if after else found


def _per_case(work: Work) -> Select[*tuple[object, ...]]:
    return select(TABLE.c.key, *_sums()).where(*_done(work)).group_by(TABLE.c.key)


def grouped(work: Work, by: By) -> Select[*tuple[object, ...]]:
    groups = _GROUPS[by]
    cases = func.count(distinct(TABLE.c.key)).label("cases")
    found = select(*groups, cases, *_sums()).where(*_done(work))
    return found.group_by(*groups).order_by(*groups)


def pace(work: Work, span: Span) -> Select[*tuple[object, ...]]:
    """How many activities there were in the cases of which a span is known, and its days."""
    spans = measured(span).cte("spans")
    dated = select(spans.c.key).where(spans.c.days.is_not(None))
    done = select(func.count()).where(*_done(work), TABLE.c.key.in_(dated)).scalar_subquery()
    return select(done.label("activities"), func.sum(spans.c.days).label("days"))


def events(work: Work) -> Select[UUID]:
    return select(TABLE.c.event).where(*_done(work))


def _done(work: Work) -> list[ColumnElement[bool]]:
    cut = work.cases.cut
    conditions = [
        TABLE.c.happened_at <= cut.as_of,
        TABLE.c.key.in_(work.cases.keys()),
        believed(TABLE, cut),
    ]
    if work.categories:
        conditions.append(TABLE.c.category.in_(work.categories))
    if work.types:
        conditions.append(TABLE.c.type.in_(work.types))
    return conditions


def _sums() -> tuple[Label[Any], ...]:
    return (func.count().label("activities"), *(_sum(TABLE.c[name], name) for name in MINUTES))


def _sum(values: ColumnElement[Any], name: str) -> Label[Any]:
    return cast(func.coalesce(func.sum(values), 0), Integer).label(name)
