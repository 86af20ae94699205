"""The one access rule: which roles may do what, and whose records a principal sees.

`sees` decides on one record and `visible` on rows of a table; both are renderings of `_reach`.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, literal, true
from sqlalchemy.dialects.postgresql import array


class Role(StrEnum):
    REFERRER = "referrer"
    DESK = "desk"
    CASE_MANAGER = "case-manager"
    TEAM_LEAD = "team-lead"
    ANALYST = "analyst"
    OPERATOR = "operator"
    SERVICE = "service"


AccessTable = Mapping[str, AbstractSet[Role]]
"""Which roles may do each action of a service, such as `offer:make`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks, as the token says; cases are assigned to the subject of a case manager."""

    subject: str
    role: Role
    organisation: UUID | None = None

    @property
    def person(self) -> UUID | None:
        try:
            return UUID(self.subject)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom a record concerns: the organisation that referred, the case managers of the case.

    `collections`: the first words of the paths in which its id may stand (empty: of all), where a
    service has records of several kinds.
    """

    organisation: UUID | None = None
    case_managers: frozenset[UUID] = frozenset()
    collections: frozenset[str] = frozenset()


class _Reach(Enum):
    EVERYTHING = auto()
    NOTHING = auto()
    OWN_ORGANISATION = auto()
    OWN_CASES = auto()


_REACH = {
    Role.REFERRER: _Reach.OWN_ORGANISATION,
    Role.DESK: _Reach.EVERYTHING,
    Role.CASE_MANAGER: _Reach.OWN_CASES,
    Role.TEAM_LEAD: _Reach.EVERYTHING,
    Role.ANALYST: _Reach.NOTHING,
    Role.OPERATOR: _Reach.NOTHING,
    Role.SERVICE: _Reach.EVERYTHING,
}


def may(principal: Principal, action: str, table: AccessTable) -> bool:
    return principal.role in table[action]


def _reach(principal: Principal, *, figures: bool) -> tuple[_Reach, UUID | None]:
    """How far a principal sees, and by which id; in figures analysts see everything."""
    if figures and principal.role is Role.ANALYST:
        return _Reach.EVERYTHING, None
    reach = _REACH[principal.role]
    match reach:
        case _Reach.OWN_ORGANISATION:
            own = principal.organisation
        case _Reach.OWN_CASES:
            own = principal.person
        case _:
            return reach, None
    return (reach, own) if own else (_Reach.NOTHING, None)


def sees_all(principal: Principal) -> bool:
    """Whether there is no record that the rule would hide."""
    return _REACH[principal.role] is _Reach.EVERYTHING


def sees_own(principal: Principal) -> bool:
    """Whether only records of own cases are shown, which are few among all."""
    return _REACH[principal.role] is _Reach.OWN_CASES


def sees(principal: Principal, scope: Scope, *, figures: bool = False) -> bool:
    match _reach(principal, figures=figures):
        case _Reach.EVERYTHING, _:
            return True
        case _Reach.OWN_ORGANISATION, own:
            return scope.organisation == own
        case _Reach.OWN_CASES, own:
            return own in scope.case_managers
        case _:
            return False


def visible(
    principal: Principal,
    *,
    organisation: ColumnElement[Any] | None = None,
    case_managers: ColumnElement[Any] | None = None,
    figures: bool = False,
) -> ColumnElement[bool]:
    """The same rule as a condition on rows; a table without the column shows nothing."""
    match _reach(principal, figures=figures):
        case _Reach.EVERYTHING, _:
            return true()
        case _Reach.OWN_ORGANISATION, own if organisation is not None:
            return organisation == own
        case _Reach.OWN_CASES, own if case_managers is not None:
            return case_managers.op("@>", is_comparison=True)(array([literal(own)]))
        case _:
            return false()
