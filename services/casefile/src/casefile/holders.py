"""Whom a case is open to: one rule for records and for lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from casefile.case.decider import Case, case_decider
from casefile.case.events import CODEC as CASE_CODEC
from casefile.consent.decider import ACCESS, Consents, consent_decider
from casefile.consent.events import CODEC as CONSENT_CODEC
from casefile.consent.events import ConsentGiven, ConsentWithdrawn

DECIDE_ACCESS = CASE_CODEC.stored_names | CONSENT_CODEC.stored_names
"""The stored names of all events on which it depends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is folded, of facts in the order of happening."""

    case: Case = case_decider.initial
    consents: Consents = consent_decider.initial

    def then(self, event: Any) -> "Held":  # noqa: ANN401  any event of DECIDE_ACCESS
        if isinstance(event, ConsentGiven | ConsentWithdrawn):
            return replace(self, consents=consent_decider.evolve(self.consents, event))
        return replace(self, case=case_decider.evolve(self.case, event))

    @property
    def holders(self) -> frozenset[UUID]:
        """The case managers in its team, but nobody while consent to that is withdrawn."""
        if ACCESS in self.consents.stopped:
            return frozenset()
        return frozenset(self.case.team)


def held(events: Sequence[Any]) -> Held:
    state = Held()
    for event in events:
        state = state.then(event)
    return state
