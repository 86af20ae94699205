"""What can have happened in the journal of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What was done and how long it took; the three kinds of minutes are never added up here.

    `participants` by their roles; `treatment`: whether the client met with each experience.
    """

    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int
    channel: str | None = None
    participants: tuple[str, ...] = ()
    attended: str | None = None
    tags: tuple[str, ...] = ()
    boundary_doubts: tuple[str, ...] = ()
    treatment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLogged(Effort):
    """The text of a report lies in the vault under `report`."""

    activity: UUID
    case_manager: UUID
    report: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCorrected(Effort):
    """Stands in the place of the activity that it corrects; `corrects` is that event's id."""

    activity: UUID
    case_manager: UUID
    report: UUID | None = None
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
    return {each.name: getattr(of, each.name) for each in fields(Effort)}
