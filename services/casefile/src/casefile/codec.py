"""Every event of casefile's log, by stored name."""

from typing import Any

from casefile.backup.events import CODEC as BACKUP
from casefile.case.events import CODEC as CASE
from casefile.consent.events import CODEC as CONSENT
from casefile.document.events import CODEC as DOCUMENT
from casefile.evaluation.events import CODEC as EVALUATION
from casefile.handover.events import CODEC as HANDOVER
from casefile.instrument.events import CODEC as INSTRUMENT
from casefile.journal.events import CODEC as JOURNAL
from casefile.needs.events import CODEC as NEEDS
from casefile.origin.events import CODEC as ORIGIN
from casefile.persons.events import CODEC as PERSONS
from casefile.plan.events import CODEC as PLAN
from casefile.track.events import CODEC as TRACK
from events.codec import Codec, joined

CODEC: Codec[Any] = joined(
    CASE,
    HANDOVER,
    BACKUP,
    ORIGIN,
    PERSONS,
    CONSENT,
    NEEDS,
    PLAN,
    JOURNAL,
    INSTRUMENT,
    EVALUATION,
    DOCUMENT,
    TRACK,
)
