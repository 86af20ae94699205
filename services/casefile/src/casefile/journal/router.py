"""HTTP for the journal: logging activities, putting mistakes right, reading them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.answers import found
from casefile.codec import CODEC
from casefile.journal.answer import ActivityAnswer, activity_answer
from casefile.journal.body import ActivityBody, LogBody
from casefile.journal.decider import JOURNAL, CorrectActivity
from casefile.journal.events import ActivityLogged
from casefile.parts import TheProgrammes
from casefile.telling import tell
from casefile.whose import whose
from casefile.words import WordsAnswer, opened, sealed
from events.commands import History
from kit.bodies import Written
from kit.calls import Call
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.parts import TheVault
from kit.problems import not_found

router = APIRouter(prefix="/v1/cases/{case_id}/activities", tags=["journal"])


@router.post("", status_code=201, summary="Log an activity")
async def log_activity(
    case_id: UUID,
    body: LogBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    """The text of a `report` goes to the vault."""
    activity, record = uuid7(), uuid7()
    case_manager = whose(call, "case_manager", body.case_manager)

    def activity_logged(history: History) -> ActivityLogged:
        return ActivityLogged(
            activity=activity,
            case_manager=case_manager,
            report=record if body.report else None,
            occurred=body.occurred_at,
            **body.effort(programmes.of(history)),
        )

    return await tell(
        call,
        JOURNAL,
        case_id,
        activity_logged,
        f"/activities/{activity}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.report),
    )


@router.post("/{activity}/corrections", status_code=201, summary="Correct an activity")
async def correct_activity(
    case_id: UUID,
    activity: UUID,
    body: ActivityBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    """Give the whole activity as it should have been, with the time at which it took place.

    Without `report` the report stays as it was.
    """
    record = uuid7()

    def correction(history: History) -> CorrectActivity:
        return CorrectActivity(
            activity=activity,
            corrects=CODEC.told_last(history, "activity", activity),
            report=record if body.report else None,
            occurred=body.occurred_at,
            **body.effort(programmes.of(history)),
        )

    return await tell(
        call,
        JOURNAL,
        case_id,
        correction,
        f"/activities/{activity}",
        told=body,
        vault=await sealed(call, vault, case_id, record, body.report),
    )


@router.get("", summary="The activities on a case, now or at another time")
async def list_activities(
    case_id: UUID, at: AtMoment, page: AtPage, call: Annotated[Call, reads("case:read")]
) -> Listed[ActivityAnswer]:
    """In the order in which they took place."""
    known = await call.read(case_id, at, stream=JOURNAL.beside(case_id))
    return page.of_facts(known, activity_answer)


@router.get("/{activity}", summary="An activity, now or at another time")
async def read_activity(
    case_id: UUID, activity: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> ActivityAnswer:
    known = await call.read(case_id, at, stream=JOURNAL.beside(case_id))
    return found(known, activity_answer, activity)


@router.get("/{activity}/report", summary="What was written down of an activity")
async def read_report(
    case_id: UUID,
    activity: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("words:read")],
    vault: TheVault,
) -> WordsAnswer:
    known = await call.read(case_id, at, stream=JOURNAL.beside(case_id))
    told = JOURNAL.state(known, JOURNAL.beside(case_id)).activities.get(activity)
    if told is None or told.report is None:
        raise not_found()
    return await opened(vault, case_id, told.report)
