"""HTTP for deadlines: one of a case, and what is due over all cases."""

from datetime import date
from functools import partial
from operator import attrgetter
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from events.commands import History
from events.contracts.contract import Code
from events.sql import Row
from kit.bodies import Answer, CivilDay
from kit.calls import POSITION_HEADER, Call
from kit.endpoints import allow, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.problems import not_found
from programmes.loader import Programmes
from scheduling.deadline.decider import DEADLINE, Status
from scheduling.deadline.shown import hidden, shown
from scheduling.parts import TheProgrammes
from scheduling.silence import GoingOn, going_on, is_dormant, policy_of
from scheduling.views.deadlines import DEADLINES, has_status, kept, shown_status
from scheduling.views.uncovered import BESIDE
from scheduling.views.uncovered import uncovered as is_uncovered

router = APIRouter(tags=["deadlines"])
OfStatus = Annotated[
    Literal["open", "dormant", "met", "missed"] | None,
    Query(description="Only those with this status."),
]


class DeadlineAnswer(Answer):
    """Due by the end of `dueOn`; `status` is open, dormant, met or missed.

    `dormant` is an open one whose case is closed and that does not go on after that: nobody is told
    of it, and it is open again once the case is.
    """

    id: UUID
    case_id: UUID
    policy: str
    status: str
    due_on: date


@router.get("/v1/deadlines", summary="Deadlines, now or at another time")
async def list_deadlines(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, reads("deadline:list")],
    views: TheLists,
    programmes: TheProgrammes,
    status: OfStatus = None,
    due_by: Annotated[
        CivilDay | None, Query(alias="dueBy", description="Only those due on this day or before.")
    ] = None,
    *,
    uncovered: Annotated[
        bool, Query(description="Only open ones on whose day nobody of the case's team is there.")
    ] = False,
) -> Listed[DeadlineAnswer]:
    """With `uncovered` those that are open, and on whose day the whole team of the case is away.

    Who is away is not for case managers to ask; what an offer brought about is not shown to them.
    An organisation sees its own tasks to offer alone, and no position: that tells of the rest.
    """
    await allow(call, also="absence:list" if uncovered else None)
    after_closing = going_on(programmes)
    wanted = [has_status(status, after_closing)] if status else []
    due = [DEADLINES.table.c.due_on <= due_by] if due_by else []
    away = [has_status(Status.OPEN, after_closing), is_uncovered(at)] if uncovered else []
    own = not call.may("deadline:read")
    seen = kept(hidden(call, programmes), of_organisations=own)
    show, beside = partial(_listed, after_closing), BESIDE if uncovered else ()
    conditions = [*wanted, *due, *away, *seen]
    listed = await views.page(
        DEADLINES, call, at, page, show, *conditions, by="deadline", beside=beside
    )
    if own:
        del call.response.headers[POSITION_HEADER]
    return listed


def _listed(after_closing: GoingOn, row: Row) -> DeadlineAnswer:
    return DeadlineAnswer(
        id=row["deadline"],
        case_id=row["key"],
        policy=row["policy"],
        status=shown_status(row, after_closing),
        due_on=row["due_on"],
    )


@router.get("/v1/cases/{case_id}/deadlines", summary="All deadlines of a case, by their day")
async def read_deadlines(
    case_id: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("deadline:read")],
    programmes: TheProgrammes,
) -> list[DeadlineAnswer]:
    """What an offer brought about is not shown to case managers."""
    known = await call.read(case_id, at, only=shown(call, programmes))
    streams = dict.fromkeys(r.stream for r in known if DEADLINE.codec.reads(r.type))
    answers = [_answer(programmes, known, case_id, stream) for stream in streams]
    return sorted(filter(_is_set, answers), key=attrgetter("due_on", "policy", "id"))


@router.get("/v1/cases/{case_id}/deadlines/{policy}", summary="The deadline of a case by a policy")
async def read_deadline(
    case_id: UUID,
    policy: Code,
    at: AtMoment,
    call: Annotated[Call, reads("deadline:read")],
    programmes: TheProgrammes,
) -> DeadlineAnswer:
    stream = DEADLINE.beside(case_id, policy)
    known = await call.read(case_id, at, stream=stream, only=shown(call, programmes))
    answer = _answer(programmes, known, case_id, stream)
    if not _is_set(answer):
        raise not_found()
    return answer


def _is_set(answer: DeadlineAnswer) -> bool:
    """What met it may have happened before its cause, and be all that there was by then."""
    return bool(answer.policy)


def _answer(programmes: Programmes, known: History, case_id: UUID, stream: UUID) -> DeadlineAnswer:
    deadline = DEADLINE.state(known, stream)
    dormant = is_dormant(policy_of(programmes, known, stream), known, case_id)
    return DeadlineAnswer(
        id=stream,
        case_id=case_id,
        policy=deadline.policy,
        status=Status.DORMANT if dormant and deadline.status is Status.OPEN else deadline.status,
        due_on=deadline.due_on,
    )
