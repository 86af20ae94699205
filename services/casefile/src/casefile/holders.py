"""Whom a case is open to: one rule for records and for lists."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from casefile.case.decider import Case, case_decider
from casefile.case.events import CODEC as CASE_CODEC
from casefile.consent.decider import ACCESS, Consents, consent_decider
from casefile.consent.events import CODEC as CONSENT_CODEC
from casefile.consent.events import ConsentGiven, ConsentRefused, ConsentWithdrawn
from events.history import as_told
from events.store import Recorded

DECIDE_ACCESS = CASE_CODEC.stored_names | CONSENT_CODEC.stored_names
"""The stored names of all events on which it depends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What facts come to, as those who decided on them saw them: in the order of telling.

    In that of happening a release would come before an assignment of which less is known.
    """

    told: tuple[Recorded[Any], ...] = ()
    case: Case = case_decider.initial
    consents: Consents = consent_decider.initial

    def then(self, fact: Recorded[Any]) -> "Held":
        """With one more fact of DECIDE_ACCESS, in whatever order they come."""
        if self.told and as_told([self.told[-1], fact])[-1] is not fact:
            return held([*self.told, fact])
        told = (*self.told, fact)
        if isinstance(fact.event, ConsentGiven | ConsentWithdrawn | ConsentRefused):
            consents = consent_decider.evolve(self.consents, fact.event)
            return replace(self, told=told, consents=consents)
        return replace(self, told=told, case=case_decider.evolve(self.case, fact.event))

    @property
    def holders(self) -> frozenset[UUID]:
        """The case managers in its team, but nobody while consent to that is withdrawn."""
        if ACCESS in self.consents.stopped:
            return frozenset()
        return frozenset(self.case.team)


def held(facts: Iterable[Recorded[Any]]) -> Held:
    state = Held()
    for fact in as_told(facts):
        state = state.then(fact)
    return state
