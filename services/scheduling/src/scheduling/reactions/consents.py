"""Consents, as they are given and withdrawn, decide what may be done here on a case."""

from collections.abc import Mapping

from events.consumer import Ask, Reaction
from events.contracts import casefile as contracts
from events.contracts import type_name
from events.contracts.contract import Contract
from events.store import Recorded
from programmes.loader import Programmes
from scheduling.consent.decider import CONSENT, HEEDED
from scheduling.consent.events import ConsentEvent, ConsentGiven, ConsentWithdrawn

GROUP = "scheduling.consents"
"""Of its own, so that no withdrawal waits behind a deadline that cannot be set."""
SOURCES = ("casefile",)


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    def react(message: Recorded[Contract]) -> list[Ask]:
        told = _told(message, programmes)
        return [Ask(CONSENT, CONSENT.beside(message.key), told)] if told else []

    types = (type_name("casefile", name) for name in ("consent-given", "consent-withdrawn"))
    return dict.fromkeys(types, react)


def _told(message: Recorded[Contract], programmes: Programmes) -> ConsentEvent | None:
    """None for a consent on which nothing here rests."""
    match message.event:
        case contracts.ConsentWithdrawn(consent=consent, stops=stops) if HEEDED & {*stops}:
            return ConsentWithdrawn(consent=consent, stops=tuple(stops), occurred=message.occurred)
        case contracts.ConsentGiven(consent=consent):
            defined = programmes.of([message]).consent(consent)
            if defined and HEEDED & {*defined.stops}:
                return ConsentGiven(consent=consent, occurred=message.occurred)
    return None
