"""What can have happened to the spells of a case, as casefile published it; the first is 1."""

from dataclasses import dataclass

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellEnded:
    """The case closed."""

    spell: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellBegan:
    """The case opened again."""

    spell: int
    occurred: Occurred


SpellEvent = SpellEnded | SpellBegan

CODEC: Codec[SpellEvent] = Codec(
    {
        "spell.ended.v1": SpellEnded,
        "spell.began.v1": SpellBegan,
    }
)
