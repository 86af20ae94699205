"""Caseload: who held which case in which role, from assignment until release or closing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, Select, Text, Uuid, func, select

from analytics.log import Fact
from analytics.views.cut import Cut, held
from events.columns import known_indexes
from events.contracts import type_name
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
    ClientRegionRecorded,
    HeavyMarkRemoved,
    HeavyMarkSet,
)
from events.views import Fold, Row, View, intervals
from programmes.heavy import Heavy
from programmes.loader import Programmes
from programmes.term import UNKNOWN

TYPES = frozenset(
    type_name("casefile", event)
    for event in (
        "case-opened",
        "case-manager-assigned",
        "case-manager-released",
        "case-closed",
        "case-closing-corrected",
        "case-reopened",
        "client-region-recorded",
        "heavy-mark-set",
        "heavy-mark-removed",
    )
)
"""What is read of any programme, beside what marks a case as heavy by itself."""

Marking = Mapping[tuple[str, int], Heavy]
"""By programme and version."""


class Team(NamedTuple):
    """What is folded; a spell that is closed stays closed, and the next begins without a team."""

    programme: str | None = None
    organisation: UUID | None = None
    opened: int = 0
    closed: int = 0
    roles: Mapping[UUID, str] = MappingProxyType({})
    region: str = UNKNOWN
    heavy: bool = False


def rows_with(marking: Marking) -> Fold:
    """The rows of a key, where programmes let events mark it as in `marking`."""

    def evolve(team: Team, fact: Fact) -> Team:
        metadata = fact.metadata
        heavy = marking.get((metadata.programme or "", metadata.programme_version or 0))
        if heavy and heavy.marks(fact.type, fact.event):
            team = team._replace(heavy=True)
        return _evolve(team, fact)

    return intervals(Team(), evolve, _row)


def _evolve(team: Team, fact: Fact) -> Team:
    match fact.event:
        case CaseOpened(organisation=organisation, spell=spell):
            return team._replace(
                programme=fact.metadata.programme,
                organisation=organisation,
                opened=max(team.opened, spell),
            )
        case CaseReopened(spell=spell):
            return team._replace(opened=max(team.opened, spell), roles={})
        case CaseManagerAssigned(case_manager=case_manager, role=role):
            return team._replace(roles={**team.roles, case_manager: role})
        case CaseManagerReleased(case_manager=case_manager):
            rest = {
                manager: role for manager, role in team.roles.items() if manager != case_manager
            }
            return team._replace(roles=rest)
        case CaseClosed(spell=spell):
            return team._replace(closed=max(team.closed, spell))
        case ClientRegionRecorded(region=region):
            return team._replace(region=region)
        case HeavyMarkSet():
            return team._replace(heavy=True)
        case HeavyMarkRemoved():
            return team._replace(heavy=False)
        case _:
            return team


def _row(team: Team) -> Iterable[Row]:
    """A case that is not open yet, or no longer, is nobody's load.

    One of its rows is `counted`, so that each case can be counted once.
    """
    if team.opened <= team.closed:
        return
    for number, (case_manager, role) in enumerate(team.roles.items()):
        yield {
            "programme": team.programme,
            "organisation": team.organisation,
            "case_manager": case_manager,
            "role": role,
            "region": team.region,
            "heavy": team.heavy,
            "counted": number == 0,
        }


_COUNTED = ("programme", "organisation", "case_manager", "role", "region", "heavy", "counted")

CASELOAD = View.of(
    "caseload",
    5,
    Column("programme", Text),
    Column("organisation", Uuid),
    Column("case_manager", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("heavy", Boolean, nullable=False),
    Column("counted", Boolean, nullable=False),
    *known_indexes("caseload_v5", *_COUNTED),
    types=TYPES,
    rows=rows_with({}),
)
"""Without what marks a case by itself, which programmes say."""
TABLE = CASELOAD.table


def caseload(programmes: Programmes) -> View:
    marking = {(d.code, d.version): d.heavy for d in programmes.definitions}
    return replace(CASELOAD, types=types_of(programmes), rows=rows_with(marking))


def types_of(programmes: Programmes) -> frozenset[str]:
    """Also those with which a programme lets a case be marked."""
    return TYPES.union(*(definition.heavy.types for definition in programmes.definitions))


class By(StrEnum):
    CASE_MANAGER = "case-manager"
    REGION = "region"
    CASE_MANAGER_REGION = "case-manager-region"


_GROUPS = {
    By.CASE_MANAGER: ("case_manager", "role"),
    By.REGION: ("region",),
    By.CASE_MANAGER_REGION: ("case_manager", "role", "region"),
}


def counts(cut: Cut, by: By) -> Select[*tuple[Any, ...]]:
    """Open cases, and the heavy ones among them; each case manager has a row in each role.

    `n` and `n_heavy` count each case in one row only, and so sum up to all that somebody holds.
    """
    groups = [TABLE.c[name] for name in _GROUPS[by]]
    counted = select(
        *groups,
        func.count().label("cases"),
        func.count().filter(TABLE.c.heavy).label("heavy"),
        func.count().filter(TABLE.c.counted).label("n"),
        func.count().filter(TABLE.c.counted, TABLE.c.heavy).label("n_heavy"),
    )
    counted = counted.where(held(TABLE, cut)).group_by(*groups).order_by(*groups)
    return counted.where(TABLE.c.counted) if by is By.REGION else counted


def keys(cut: Cut) -> Select[UUID]:
    return select(TABLE.c.key).where(held(TABLE, cut))
