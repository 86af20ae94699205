"""What can have happened in the journal of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLogged:
    activity: UUID
    case_manager: UUID
    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCorrected:
    """Stands in the place of the activity that it corrects; `corrects` is that event's id."""

    activity: UUID
    case_manager: UUID
    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int
    occurred: Occurred
    corrects: UUID


JournalEvent = ActivityLogged | ActivityCorrected

CODEC: Codec[JournalEvent] = Codec(
    {
        "journal.activity-logged.v1": ActivityLogged,
        "journal.activity-corrected.v1": ActivityCorrected,
    }
)
