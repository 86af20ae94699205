"""An activity as an answer shows it; the text of its report is read on its own."""

from collections.abc import Mapping
from uuid import UUID

from casefile.journal.events import CODEC, effort
from events.store import Json, Recorded
from kit.bodies import Answer


class ActivityAnswer(Answer):
    """Minutes of contact, travel and registration are three numbers; null is what was not asked."""

    id: UUID
    case_manager: UUID
    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int
    channel: str | None
    participants: tuple[str, ...]
    attended: str | None
    tags: tuple[str, ...]
    boundary_doubts: tuple[str, ...]
    treatment: Mapping[str, str]
    has_report: bool
    occurred_at: str


def activity_answer(recorded: Recorded[Json]) -> ActivityAnswer | None:
    """None for a fact that is no activity."""
    if not CODEC.reads(recorded.type):
        return None
    told = CODEC.decode(recorded).event
    return ActivityAnswer(
        id=told.activity,
        case_manager=told.case_manager,
        has_report=told.report is not None,
        occurred_at=str(told.occurred),
        **effort(told),
    )
