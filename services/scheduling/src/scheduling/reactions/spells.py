"""The end of a case silences its deadlines, until it opens again."""

from dataclasses import replace
from uuid import UUID

from events.commands import Gather, History
from events.contracts import casefile as contracts
from events.contracts import type_name, with_corrections
from events.contracts.contract import Contract
from events.store import Recorded
from scheduling.spell.decider import SPELL
from scheduling.spell.events import CODEC, SpellBegan, SpellEnded, SpellEvent


def told(message: Recorded[Contract]) -> SpellEvent | Gather[SpellEvent] | None:
    match message.event:
        case contracts.CaseClosed(spell=spell):
            at = message.recorded_at
            ended = SpellEnded(spell=spell, known_at=at, occurred=message.occurred)
            return _corrected(ended, message.key) if message.corrects else ended
        case contracts.CaseReopened(spell=spell):
            return SpellBegan(spell=spell, known_at=message.recorded_at, occurred=message.occurred)
    return None


def _corrected(told: SpellEnded, case_id: UUID) -> Gather[SpellEvent]:
    """In the place of what was told last of the end of that spell."""

    def ends(event: SpellEvent) -> bool:
        return isinstance(event, SpellEnded) and event.spell == told.spell

    def command(history: History) -> SpellEnded:
        own = [r for r in history if r.stream == SPELL.beside(case_id)]
        return replace(told, corrects=CODEC.last(own, ends))

    return command


BEGINS = type_name("casefile", "case-reopened")
OF_SPELLS = with_corrections({type_name("casefile", "case-closed"), BEGINS})
