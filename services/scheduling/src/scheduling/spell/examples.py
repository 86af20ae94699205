"""Facts about the spells of a case that tests and demos start from."""

from datetime import UTC, datetime

from events.occurrence import Occurred
from scheduling.spell.events import SpellBegan, SpellEnded

KNOWN_AT = datetime(2027, 2, 17, 12, tzinfo=UTC)
ENDED = SpellEnded(spell=1, known_at=KNOWN_AT, occurred=Occurred.parse("2027-02-16"))
BEGAN = SpellBegan(spell=2, known_at=KNOWN_AT, occurred=Occurred.parse("2027-02-17"))
