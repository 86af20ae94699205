"""Screenings: what was found of each criterion when a referral was decided on, by which version."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    func,
    select,
)

from analytics.log import Fact
from analytics.views.cut import Cut, held
from events.contracts import type_name
from events.contracts.intake import (
    CriterionAssessed,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
)
from events.views import Row, View, intervals

TYPES = frozenset(
    type_name("intake", event)
    for event in (
        "referral-made",
        "criterion-assessed",
        "referral-accepted",
        "referral-screened-out",
    )
)


class Screening(NamedTuple):
    """`criteria_version` is the one that decided; the outcomes are by criterion."""

    programme: str | None = None
    organisation: UUID | None = None
    referred: bool = False
    outcomes: Mapping[str, str] = MappingProxyType({})
    criteria_version: int | None = None
    accepted: bool | None = None


def _evolve(screening: Screening, fact: Fact) -> Screening:
    match fact.event:
        case ReferralMade(organisation=organisation):
            programme = fact.metadata.programme
            return screening._replace(programme=programme, organisation=organisation, referred=True)
        case CriterionAssessed(criterion=criterion, outcome=outcome):
            return screening._replace(outcomes={**screening.outcomes, criterion: outcome})
        case ReferralAccepted(criteria_version=version):
            return screening._replace(criteria_version=version, accepted=True)
        case ReferralScreenedOut(criteria_version=version):
            return screening._replace(criteria_version=version, accepted=False)
        case _:
            return screening


def _row(screening: Screening) -> Iterable[Row]:
    if screening.referred:
        decided = screening.outcomes if screening.criteria_version else {}
        yield {
            "programme": screening.programme,
            "organisation": screening.organisation,
            "criteria_version": screening.criteria_version,
            "accepted": screening.accepted,
            "outcomes": [f"{criterion}={said}" for criterion, said in sorted(decided.items())],
        }


rows = intervals(Screening(), _evolve, _row)

SCREENINGS = View.of(
    "screenings",
    1,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("criteria_version", Integer),
    Column("accepted", Boolean),
    Column("outcomes", ARRAY(Text), nullable=False),
    types=TYPES,
    rows=rows,
)
TABLE = SCREENINGS.table


def counts(cut: Cut, programmes: Collection[str]) -> Select[*tuple[object, ...]]:
    """How many referrals were decided on by which version, and waited, on the same outcomes."""
    groups = (TABLE.c.programme, TABLE.c.criteria_version, TABLE.c.outcomes)
    return (
        select(
            *groups,
            func.count().label("referrals"),
            func.count().filter(TABLE.c.accepted).label("accepted"),
        )
        .where(*_of(cut, programmes))
        .group_by(*groups)
    )


def keys(cut: Cut, programmes: Collection[str]) -> Select[UUID]:
    return select(TABLE.c.key).where(*_of(cut, programmes))


def _of(cut: Cut, programmes: Collection[str]) -> list[ColumnElement[bool]]:
    return [held(TABLE, cut), TABLE.c.programme.in_(programmes)]
