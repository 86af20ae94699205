"""HTTP for the journal: logging activities and putting mistakes right."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.case.beside import on_case
from casefile.codec import CODEC
from casefile.journal.decider import JOURNAL, CorrectActivity
from casefile.journal.events import ActivityLogged, effort
from casefile.parts import TheProgrammes
from events.commands import History
from events.contracts.contract import Code, Minutes
from events.decider import Invalid
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds
from kit.vocabularies import Vocabulary
from programmes.checking import require_known
from programmes.model import Definition

router = APIRouter(prefix="/v1/cases/{case_id}/activities", tags=["journal"])


class ActivityBody(Fact):
    """Category and type are the programme's; the three kinds of minutes are told apart."""

    category: Annotated[Code, Vocabulary("activities")]
    type: Code
    contact_minutes: Minutes
    travel_minutes: Minutes
    registration_minutes: Minutes

    def require_type(self, definition: Definition) -> None:
        """The types are those of the category."""
        if category := definition.category(self.category):
            require_known(type=(self.type, category.types))


class LogBody(ActivityBody):
    """`caseManager` is by default the caller; a team lead names whose work it was."""

    case_manager: UUID | None = None


@router.post("", status_code=201, summary="Log an activity")
async def log_activity(
    case_id: UUID,
    body: LogBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    activity = uuid7()
    case_manager = _whose(body, call)

    def activity_logged(history: History) -> ActivityLogged:
        body.require_type(programmes.of(history))
        return ActivityLogged(
            activity=activity,
            case_manager=case_manager,
            occurred=body.occurred_at,
            **effort(body),
        )

    return await call.execute(
        JOURNAL,
        case_id,
        on_case(case_id, activity_logged),
        told=body,
        stream=JOURNAL.beside(case_id),
        location=f"/v1/cases/{case_id}/activities/{activity}",
    )


@router.post("/{activity}/corrections", status_code=201, summary="Correct an activity")
async def correct_activity(
    case_id: UUID,
    activity: UUID,
    body: ActivityBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    """Give the whole activity as it should have been, with the time at which it took place."""

    def correction(history: History) -> CorrectActivity:
        body.require_type(programmes.of(history))
        return CorrectActivity(
            activity=activity,
            corrects=CODEC.told_last(history, "activity", activity),
            occurred=body.occurred_at,
            **effort(body),
        )

    return await call.execute(
        JOURNAL,
        case_id,
        on_case(case_id, correction),
        told=body,
        stream=JOURNAL.beside(case_id),
        location=f"/v1/cases/{case_id}/activities/{activity}",
    )


def _whose(body: LogBody, call: Call) -> UUID:
    own = call.principal.person
    if body.case_manager is None and own is None:
        raise Invalid([("caseManager", "is needed, since your token is not that of a person")])
    if body.case_manager not in (None, own) and not call.may("case:work-for-others"):
        raise Invalid([("caseManager", "is you: only a team lead logs the work of others")])
    return cast("UUID", body.case_manager or own)
