"""Whether the last spell of a case has ended: they have numbers, so that their order is known."""

from dataclasses import dataclass
from datetime import datetime

from events.commands import StreamType
from events.decider import Decider
from scheduling.spell.events import CODEC, SpellEnded, SpellEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Spells:
    told: tuple[SpellEvent, ...] = ()

    @property
    def ended(self) -> bool:
        return isinstance(max(self.told, key=_place, default=None), SpellEnded)

    def before(self, moment: datetime) -> "Spells":
        """As they were known then: what is told late changes nothing of what passed before."""
        return Spells(told=tuple(event for event in self.told if event.known_at < moment))


def _place(event: SpellEvent) -> tuple[int, bool]:
    return event.spell, isinstance(event, SpellEnded)


def decide(told: SpellEvent, spells: Spells) -> list[SpellEvent]:
    known = [event for event in spells.told if _place(event) == _place(told)]
    moves = isinstance(told, SpellEnded) and told.corrects is not None
    news = not known or (moves and known[-1].occurred != told.occurred)
    return [told] if news else []


def evolve(spells: Spells, event: SpellEvent) -> Spells:
    return Spells(told=(*spells.told, event))


spell_decider: Decider[Spells, SpellEvent, SpellEvent] = Decider(Spells(), decide, evolve)
SPELL = StreamType("spell", spell_decider, CODEC)
