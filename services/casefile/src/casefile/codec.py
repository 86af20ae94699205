"""Every event of casefile's log, by stored name."""

from casefile.case.events import CODEC as CASE
from casefile.case.events import CaseEvent
from casefile.journal.events import CODEC as JOURNAL
from casefile.journal.events import JournalEvent
from casefile.track.events import CODEC as TRACK
from casefile.track.events import TrackEvent
from events.codec import Codec, joined

CODEC: Codec[CaseEvent | JournalEvent | TrackEvent] = joined(CASE, JOURNAL, TRACK)
