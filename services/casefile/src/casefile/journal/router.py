"""HTTP for the journal: logging activities and putting mistakes right."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.case.decider import CASE
from casefile.codec import CODEC
from casefile.journal.decider import (
    JOURNAL,
    CorrectActivity,
    Effort,
    LogActivity,
    journal_of,
)
from casefile.journal.events import ActivityCorrected, ActivityLogged
from events.commands import History
from events.contracts.contract import Code, Minutes
from events.decider import Invalid
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds
from kit.parts import part
from programmes.checking import require_known
from programmes.loader import Programmes
from programmes.model import Definition

router = APIRouter(prefix="/v1/cases/{case_id}/activities", tags=["journal"])

Definitions = Annotated[Programmes, part(Programmes)]


class ActivityBody(Fact):
    """Category and type are the programme's; the three kinds of minutes are told apart."""

    category: Code
    type: Code
    contact_minutes: Minutes
    travel_minutes: Minutes
    registration_minutes: Minutes

    def effort(self, definition: Definition) -> Effort:
        require_known(category=(self.category, definition.activities))
        category = definition.category(self.category)
        require_known(type=(self.type, category.types if category else ()))
        return Effort(
            category=self.category,
            type=self.type,
            contact_minutes=self.contact_minutes,
            travel_minutes=self.travel_minutes,
            registration_minutes=self.registration_minutes,
        )


class LogBody(ActivityBody):
    """`caseManager` is by default the caller; a team lead names whose work it was."""

    case_manager: UUID | None = None


@router.post("", status_code=201, summary="Log an activity")
async def log_activity(
    case_id: UUID,
    body: LogBody,
    call: Annotated[Call, adds("case:work")],
    programmes: Definitions,
) -> Written:
    activity = uuid7()
    case_manager = _whose(body, call)

    def command(history: History) -> LogActivity:
        return LogActivity(
            case=CASE.state(history, case_id),
            activity=activity,
            case_manager=case_manager,
            effort=body.effort(programmes.of(history)),
            occurred=body.occurred_at,
        )

    return await call.execute(
        JOURNAL,
        case_id,
        command,
        stream=journal_of(case_id),
        location=f"/v1/cases/{case_id}/activities/{activity}",
    )


@router.post("/{activity}/corrections", status_code=201, summary="Correct an activity")
async def correct_activity(
    case_id: UUID,
    activity: UUID,
    body: ActivityBody,
    call: Annotated[Call, adds("case:work")],
    programmes: Definitions,
) -> Written:
    """Give the whole activity as it should have been, with the time at which it took place."""

    def command(history: History) -> CorrectActivity:
        return CorrectActivity(
            case=CASE.state(history, case_id),
            activity=activity,
            corrects=_logged_as(history, activity),
            effort=body.effort(programmes.of(history)),
            occurred=body.occurred_at,
        )

    return await call.execute(
        JOURNAL,
        case_id,
        command,
        stream=journal_of(case_id),
        location=f"/v1/cases/{case_id}/activities/{activity}",
    )


def _whose(body: LogBody, call: Call) -> UUID:
    own = call.principal.person
    if body.case_manager is None and own is None:
        raise Invalid([("caseManager", "is needed, since your token is not that of a person")])
    if body.case_manager not in (None, own) and not call.may("case:work-for-others"):
        raise Invalid([("caseManager", "is you: only a team lead logs the work of others")])
    return cast("UUID", body.case_manager or own)


def _logged_as(history: History, activity: UUID) -> UUID | None:
    """The id of the event that told of the activity last."""
    told = (
        recorded.id
        for recorded in map(CODEC.decode, reversed(history))
        if isinstance(recorded.event, ActivityLogged | ActivityCorrected)
        and recorded.event.activity == activity
    )
    return next(told, None)
