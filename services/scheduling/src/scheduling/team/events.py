"""What can have happened to the team of a case, as casefile published it.

`position` is where casefile recorded it in its log, whenever it comes here.
"""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseManagerJoined:
    """`role` is a word of the programme; empty where it was not kept here yet."""

    position: int
    case_manager: UUID
    role: str = ""
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseManagerLeft:
    position: int
    case_manager: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDissolved:
    """The case opened again, without a team."""

    position: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTookOver:
    """From then on the backup does what is the owner's."""

    position: int
    backup: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHandedBack:
    position: int
    backup: UUID
    occurred: Occurred


TeamEvent = CaseManagerJoined | CaseManagerLeft | TeamDissolved | BackupTookOver | BackupHandedBack

CODEC: Codec[TeamEvent] = Codec(
    {
        "team.joined.v1": CaseManagerJoined,
        "team.left.v1": CaseManagerLeft,
        "team.dissolved.v1": TeamDissolved,
        "team.backup-took-over.v1": BackupTookOver,
        "team.backup-handed-back.v1": BackupHandedBack,
    }
)
