"""What can have happened with the backup of a case."""

from dataclasses import dataclass
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTookOver:
    """From then on the backup does the work, since the case manager is away."""

    backup: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupHandedBack:
    """The case manager is there again."""

    backup: UUID
    occurred: Occurred


BackupEvent = BackupTookOver | BackupHandedBack

CODEC: Codec[BackupEvent] = Codec(
    {
        "backup.took-over.v1": BackupTookOver,
        "backup.handed-back.v1": BackupHandedBack,
    }
)
