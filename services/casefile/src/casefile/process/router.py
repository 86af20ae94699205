"""HTTP for the process view: that support goes on or ended, and how far one's own procedure is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casefile.parts import TheProgrammes
from casefile.process.answer import ProcessAnswer, Support, process_answer, shown, support
from casefile.views.cases import CASES
from events.sql import Row
from kit.bodies import Answer
from kit.calls import POSITION_HEADER, Call
from kit.endpoints import lists, reads
from kit.lists import TheLists
from kit.moments import AtMoment
from kit.paging import AtPage, Listed

router = APIRouter(prefix="/v1/processes", tags=["process view"])


class ListedProcess(Answer):
    id: UUID
    programme: str
    support: Support


@router.get("", summary="What became of those whom one's organisation referred")
async def list_processes(
    at: AtMoment,
    page: AtPage,
    call: Annotated[Call, lists("process:read")],
    views: TheLists,
) -> Listed[ListedProcess]:
    """No position: how far the log is tells of what is not shown."""
    listed = await views.page(CASES, call, at, page, _listed)
    del call.response.headers[POSITION_HEADER]
    return listed


def _listed(row: Row) -> ListedProcess:
    return ListedProcess(
        id=row["key"],
        programme=row["programme"],
        support=support(row["status"], team=bool(row["team"])),
    )


@router.get("/{case_id}", summary="How a case goes on, without what is in it")
async def read_process(
    case_id: UUID,
    at: AtMoment,
    call: Annotated[Call, reads("process:read")],
    programmes: TheProgrammes,
) -> ProcessAnswer:
    """The answer and its headers follow from what it shows alone: nothing tells of the rest.

    No position: a closing that was put right in its reason has another, and is shown the same.
    """
    known = await call.read(case_id, at, only=lambda f: shown(f, programmes.of(f)))
    del call.response.headers[POSITION_HEADER]
    return process_answer(case_id, known)
