"""Caseload: who held which case in which role, from assignment until release or closing."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Column, Select, Text, Uuid, distinct, func, select

from analytics.log import Fact
from analytics.views.cut import Cut, held
from events.contracts import type_name
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
)
from events.views import Row, View, intervals

TYPES = frozenset(
    type_name("casefile", event)
    for event in (
        "case-opened",
        "case-manager-assigned",
        "case-manager-released",
        "case-closed",
        "case-reopened",
    )
)


class Team(NamedTuple):
    """What is folded; a spell that is closed stays closed, and its team is dismissed."""

    programme: str | None = None
    organisation: UUID | None = None
    opened: int = 0
    closed: int = 0
    roles: Mapping[UUID, str] = MappingProxyType({})


def _evolve(team: Team, fact: Fact) -> Team:
    match fact.event:
        case CaseOpened(organisation=organisation, spell=spell):
            return team._replace(
                programme=fact.metadata.programme,
                organisation=organisation,
                opened=max(team.opened, spell),
            )
        case CaseReopened(spell=spell):
            return team._replace(opened=max(team.opened, spell))
        case CaseManagerAssigned(case_manager=case_manager, role=role):
            return team._replace(roles={**team.roles, case_manager: role})
        case CaseManagerReleased(case_manager=case_manager):
            rest = {
                manager: role for manager, role in team.roles.items() if manager != case_manager
            }
            return team._replace(roles=rest)
        case CaseClosed(spell=spell):
            return team._replace(closed=max(team.closed, spell), roles={})
        case _:
            return team


def _row(team: Team) -> Iterable[Row]:
    """A case that is not open yet, or no longer, is nobody's load."""
    if team.opened <= team.closed:
        return
    for case_manager, role in team.roles.items():
        yield {
            "programme": team.programme,
            "organisation": team.organisation,
            "case_manager": case_manager,
            "role": role,
        }


rows = intervals(Team(), _evolve, _row)

CASELOAD = View.of(
    "caseload",
    2,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("case_manager", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    types=TYPES,
    rows=rows,
)
TABLE = CASELOAD.table


def counts(cut: Cut) -> Select[UUID, str, int]:
    """Open cases of each case manager in each role."""
    groups = (TABLE.c.case_manager, TABLE.c.role)
    return (
        select(*groups, func.count().label("cases"))
        .where(held(TABLE, cut))
        .group_by(*groups)
        .order_by(*groups)
    )


def total(cut: Cut) -> Select[int]:
    """Open cases that somebody holds, each counted once."""
    return select(func.count(distinct(TABLE.c.key)).label("n")).where(held(TABLE, cut))


def keys(cut: Cut) -> Select[UUID]:
    return select(TABLE.c.key).where(held(TABLE, cut))
