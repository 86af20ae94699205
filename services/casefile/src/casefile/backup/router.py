"""HTTP for the backup of a case: taking over while the case manager is away, and handing back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casefile.backup.decider import BACKUP, TakeOver
from casefile.backup.events import BackupHandedBack, BackupTookOver
from casefile.parts import TheProgrammes
from casefile.telling import tell
from events.commands import History
from kit.bodies import Fact, Written
from kit.calls import Call
from kit.endpoints import adds

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["backups"])


class BackupBody(Fact):
    """`backup` is the case manager who stands in."""

    backup: UUID


@router.post("/takeovers", status_code=201, summary="Record that a backup took over")
async def take_over(
    case_id: UUID,
    body: BackupBody,
    call: Annotated[Call, adds("backup:record")],
    programmes: TheProgrammes,
) -> Written:
    """Whoever takes over is in the team that day, in a role that the programme says stands in."""
    told = BackupTookOver(backup=body.backup, occurred=body.occurred_at)

    def taken_over(history: History) -> TakeOver:
        return TakeOver(told=told, roles=programmes.of(history).stand_in_roles())

    return await tell(call, BACKUP, case_id, taken_over)


@router.post("/hand-backs", status_code=201, summary="Record that a backup handed back")
async def hand_back(
    case_id: UUID, body: BackupBody, call: Annotated[Call, adds("backup:record")]
) -> Written:
    """The backup stays in the team, and may take over again."""
    told = BackupHandedBack(backup=body.backup, occurred=body.occurred_at)
    return await tell(call, BACKUP, case_id, told)
