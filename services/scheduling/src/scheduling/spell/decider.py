"""Whether a case is closed: its spells have numbers, so that their order is known."""

from dataclasses import dataclass
from datetime import datetime

from events.commands import StreamType
from events.decider import Decider
from events.history import FOREVER
from scheduling.spell.events import CODEC, SpellBegan, SpellEnded, SpellEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Spells:
    told: tuple[SpellEvent, ...] = ()

    @property
    def closed(self) -> bool:
        return isinstance(max(self.told, key=_place, default=None), SpellEnded)

    def before(self, moment: datetime) -> "Spells":
        """As they stood then, of all that is known by now.

        A spell of which only the month is known had begun by then if that month was over.
        """
        return Spells(told=tuple(event for event in self.told if _happened(event, moment)))


def _place(event: SpellEvent) -> tuple[int, bool]:
    return event.spell, isinstance(event, SpellEnded)


def _happened(event: SpellEvent, moment: datetime) -> bool:
    if isinstance(event, SpellBegan):
        return (event.occurred.end or FOREVER) <= moment
    return event.occurred.at is None or event.occurred.at < moment


def decide(told: SpellEvent, spells: Spells) -> list[SpellEvent]:
    return [] if _place(told) in map(_place, spells.told) else [told]


def evolve(spells: Spells, event: SpellEvent) -> Spells:
    return Spells(told=(*spells.told, event))


spell_decider: Decider[Spells, SpellEvent, SpellEvent] = Decider(Spells(), decide, evolve)
SPELL = StreamType("spell", spell_decider, CODEC)
