"""HTTP for deadlines: one of a case, and what is due over all cases."""

from datetime import date
from operator import attrgetter
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from events.contracts.contract import Code
from events.sql import Row
from kit.bodies import Answer, CivilDay
from kit.calls import Call
from kit.endpoints import allow, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.problems import not_found
from scheduling.deadline.decider import DEADLINE, Deadline, Status
from scheduling.deadline.shown import hidden, shown
from scheduling.parts import TheProgrammes
from scheduling.views.deadlines import DEADLINES, but
from scheduling.views.uncovered import BESIDE
from scheduling.views.uncovered import uncovered as is_uncovered

router = APIRouter(tags=["deadlines"])


class DeadlineAnswer(Answer):
    """`status` is open, met or missed; due by the end of `dueOn`."""

    id: UUID
    case_id: UUID
    policy: str
    status: str
    due_on: date


@router.get("/v1/deadlines", summary="Deadlines, now or at another time")
async def list_deadlines(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, reads("deadline:read")],
    views: TheLists,
    programmes: TheProgrammes,
    status: Annotated[
        Literal["open", "met", "missed"] | None, Query(description="Only those with this status.")
    ] = None,
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
    """
    await allow(call, also="absence:list" if uncovered else None)
    columns = DEADLINES.table.c
    wanted = [columns.status == status] if status else []
    due = [columns.due_on <= due_by] if due_by else []
    away = [is_uncovered(at)] if uncovered else []
    beside = BESIDE if uncovered else ()
    without = hidden(call, programmes)
    others = [but(without)] if without else []
    conditions = [*wanted, *due, *away, *others]
    return await views.page(
        DEADLINES, call, at, page, _listed, *conditions, by="deadline", beside=beside
    )


def _listed(row: Row) -> DeadlineAnswer:
    return DeadlineAnswer(
        id=row["deadline"],
        case_id=row["key"],
        policy=row["policy"],
        status=row["status"],
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
    answers = [_answer(case_id, stream, DEADLINE.state(known, stream)) for stream in streams]
    return sorted(answers, key=attrgetter("due_on", "policy", "id"))


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
    deadline = DEADLINE.state(known, stream)
    if deadline.status is Status.NEW:
        raise not_found()
    return _answer(case_id, stream, deadline)


def _answer(case_id: UUID, stream: UUID, deadline: Deadline) -> DeadlineAnswer:
    return DeadlineAnswer(
        id=stream,
        case_id=case_id,
        policy=deadline.policy,
        status=deadline.status,
        due_on=deadline.due_on,
    )
