"""The case as a whole, folded from all its streams, as far as the asker's two times reach."""

from collections.abc import Sequence
from uuid import UUID

from casefile.case.decider import CASE
from casefile.case.events import CaseClosed
from casefile.codec import CODEC
from casefile.consent.answer import ConsentAnswer, consent_answers
from casefile.consent.decider import CONSENT
from casefile.journal.events import ActivityCorrected, ActivityLogged, effort
from casefile.track.answer import TrackAnswer, track_answers
from events.store import Json, Recorded
from kit.bodies import Answer
from programmes.model import Definition


class TeamMember(Answer):
    case_manager: UUID
    role: str


class ActivityAnswer(Answer):
    """Minutes of contact, travel and registration are three numbers."""

    id: UUID
    case_manager: UUID
    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int
    occurred_at: str


class CaseAnswer(Answer):
    """`status` is new, open or closed; times are as precise as they are known.

    `studies` are those of which the case is a member, by consent.
    """

    id: UUID
    programme: str
    status: str
    organisation: UUID | None
    opened_at: str | None
    first_contact_at: str | None
    closed_at: str | None
    closing_reason: str | None
    case_managers: list[TeamMember]
    consents: list[ConsentAnswer]
    studies: list[str]
    tracks: list[TrackAnswer]
    activities: list[ActivityAnswer]


def case_answer(
    case_id: UUID, known: Sequence[Recorded[Json]], definition: Definition
) -> CaseAnswer:
    case = CASE.state(known, case_id)
    consents = CONSENT.state(known, CONSENT.beside(case_id))
    events = [CODEC.decode(recorded) for recorded in known]
    closings = [r.event for r in events if isinstance(r.event, CaseClosed)]
    return CaseAnswer(
        id=case_id,
        programme=str(known[0].metadata.programme),
        status=case.status,
        organisation=case.organisation,
        opened_at=str(case.opened) if case.spell else None,
        first_contact_at=str(case.first_contact) if case.first_contact else None,
        closed_at=str(case.closed) if case.closed else None,
        closing_reason=closings[-1].reason if closings else None,
        case_managers=[TeamMember(case_manager=m, role=a.role) for m, a in case.team.items()],
        consents=consent_answers(consents),
        studies=sorted(consents.studies),
        tracks=track_answers(known, definition),
        activities=[
            _activity(r.event)
            for r in events
            if isinstance(r.event, ActivityLogged | ActivityCorrected)
        ],
    )


def _activity(event: ActivityLogged | ActivityCorrected) -> ActivityAnswer:
    return ActivityAnswer(
        id=event.activity,
        case_manager=event.case_manager,
        occurred_at=str(event.occurred),
        **effort(event),
    )
