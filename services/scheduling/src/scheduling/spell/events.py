"""What can have happened to the spells of a case, as casefile published it; the first is 1.

`known_at` is when casefile recorded it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellEnded:
    """The case closed; `corrects` is the id of the event before, where its day was put right."""

    spell: int
    known_at: datetime
    corrects: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellBegan:
    """The case opened again."""

    spell: int
    known_at: datetime
    occurred: Occurred


SpellEvent = SpellEnded | SpellBegan

CODEC: Codec[SpellEvent] = Codec(
    {
        "spell.ended.v1": SpellEnded,
        "spell.began.v1": SpellBegan,
    }
)
