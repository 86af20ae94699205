"""Every event of casefile's log, by stored name."""

from typing import Any

from casefile.case.events import CODEC as CASE
from casefile.consent.events import CODEC as CONSENT
from casefile.journal.events import CODEC as JOURNAL
from casefile.track.events import CODEC as TRACK
from events.codec import Codec, joined

CODEC: Codec[Any] = joined(CASE, CONSENT, JOURNAL, TRACK)
