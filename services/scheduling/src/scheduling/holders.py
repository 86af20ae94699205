"""Whom a case is open to here: one rule for records and for lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events.history import as_told
from events.store import Recorded
from scheduling.consent.decider import ACCESS, consent_decider
from scheduling.consent.events import CODEC as CONSENT_CODEC
from scheduling.team.decider import team_decider
from scheduling.team.events import CODEC as TEAM_CODEC

DECIDE_ACCESS = CONSENT_CODEC.stored_names | TEAM_CODEC.stored_names
"""The stored names of all events on which it depends."""


def holders(facts: Iterable[Recorded[Any]]) -> frozenset[UUID]:
    """The case managers in the team, but nobody while consent to that is withdrawn.

    Facts of DECIDE_ACCESS, in whatever order.
    """
    told = as_told(facts)
    consents = (fact.event for fact in told if CONSENT_CODEC.reads(fact.type))
    if ACCESS in consent_decider.fold(consents).stopped:
        return frozenset()
    team = team_decider.fold(fact.event for fact in told if TEAM_CODEC.reads(fact.type))
    return frozenset(team.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The facts of a case that decide who sees it, and who does by them, in the order of ids."""

    facts: tuple[Recorded[Any], ...] = ()
    case_managers: tuple[UUID, ...] = ()

    def then(self, fact: Recorded[Any]) -> "Access":
        facts = (*self.facts, fact)
        return Access(facts=facts, case_managers=tuple(sorted(holders(facts))))
