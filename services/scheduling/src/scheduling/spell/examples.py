"""Facts about the spells of a case that tests and demos start from."""

from events.occurrence import Occurred
from scheduling.spell.events import SpellBegan, SpellEnded

ENDED = SpellEnded(spell=1, occurred=Occurred.parse("2027-02-16"))
BEGAN = SpellBegan(spell=2, occurred=Occurred.parse("2027-02-17"))
