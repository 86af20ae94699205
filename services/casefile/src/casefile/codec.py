"""Every event of casefile's log, by stored name."""

from typing import Any
from uuid import UUID

from casefile.case.events import CODEC as CASE
from casefile.journal.events import CODEC as JOURNAL
from casefile.track.events import CODEC as TRACK
from events.codec import Codec, joined
from events.commands import History

CODEC: Codec[Any] = joined(CASE, JOURNAL, TRACK)


def told_last(history: History, field: str, id_: UUID) -> UUID | None:
    """The last event of which a field names this: it is what a correction of it corrects."""
    told = map(CODEC.decode, reversed(history))
    return next((r.id for r in told if getattr(r.event, field, None) == id_), None)
