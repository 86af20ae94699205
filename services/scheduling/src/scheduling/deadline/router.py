"""HTTP for deadlines: reading one, now or at another time."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from events.store import Json, Recorded
from kit.bodies import Answer
from kit.calls import Call
from kit.endpoints import reads
from kit.moments import AtMoment
from kit.problems import not_found
from scheduling.deadline.decider import DEADLINE, Status, deadline_of

router = APIRouter(prefix="/v1/cases/{case_id}/deadlines", tags=["deadlines"])


class DeadlineAnswer(Answer):
    """`status` is open, met or missed; due by the end of `dueOn`."""

    id: UUID
    case_id: UUID
    policy: str
    status: str
    due_on: date


@router.get("/{policy}", summary="The deadline of a case by a policy")
async def read_deadline(
    case_id: UUID, policy: str, at: AtMoment, call: Annotated[Call, reads("deadline:read")]
) -> DeadlineAnswer:
    stream = deadline_of(case_id, policy)
    known: list[Recorded[Json]] = await call.read(case_id, at, stream=stream)
    deadline = DEADLINE.state(known, stream)
    if deadline.status is Status.NEW:
        raise not_found()
    return DeadlineAnswer(
        id=stream,
        case_id=case_id,
        policy=policy,
        status=deadline.status,
        due_on=deadline.due_on,
    )
