"""The end of a case silences its deadlines, until it opens again."""

from events.contracts import casefile as contracts
from events.contracts import type_name
from events.contracts.contract import Contract
from events.store import Recorded
from scheduling.spell.events import SpellBegan, SpellEnded, SpellEvent


def told(message: Recorded[Contract]) -> SpellEvent | None:
    match message.event:
        case contracts.CaseClosed(spell=spell):
            return SpellEnded(spell=spell, known_at=message.recorded_at, occurred=message.occurred)
        case contracts.CaseReopened(spell=spell):
            return SpellBegan(spell=spell, known_at=message.recorded_at, occurred=message.occurred)
    return None


BEGINS = type_name("casefile", "case-reopened")
OF_SPELLS = frozenset({type_name("casefile", "case-closed"), BEGINS})
