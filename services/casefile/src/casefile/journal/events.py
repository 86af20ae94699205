"""What can have happened in the journal of a case."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What was done and how long it took; the three kinds of minutes are never added up here."""

    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLogged(Effort):
    activity: UUID
    case_manager: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCorrected(Effort):
    """Stands in the place of the activity that it corrects; `corrects` is that event's id."""

    activity: UUID
    case_manager: UUID
    occurred: Occurred
    corrects: UUID


JournalEvent = ActivityLogged | ActivityCorrected

CODEC: Codec[JournalEvent] = Codec(
    {
        "journal.activity-logged.v1": ActivityLogged,
        "journal.activity-corrected.v1": ActivityCorrected,
    }
)


def effort(of: object) -> dict[str, Any]:
    """The fields of an effort, out of whatever has them."""
    return {field.name: getattr(of, field.name) for field in fields(Effort)}
