"""Facts about the team of a case that tests and demos start from."""

from uuid import NAMESPACE_OID, uuid5

from events.occurrence import Occurred
from scheduling.team.events import (
    BackupHandedBack,
    BackupTookOver,
    CaseManagerJoined,
    CaseManagerLeft,
    TeamDissolved,
)

CASE_MANAGER = uuid5(NAMESPACE_OID, "case manager")
BACKUP = uuid5(NAMESPACE_OID, "backup")

JOINED = CaseManagerJoined(
    position=1,
    case_manager=CASE_MANAGER,
    role="case-manager",
    occurred=Occurred.parse("2027-02-15"),
)
BACKUP_JOINED = CaseManagerJoined(
    position=2, case_manager=BACKUP, role="backup", occurred=Occurred.parse("2027-02-16")
)
LEFT = CaseManagerLeft(position=3, case_manager=CASE_MANAGER, occurred=Occurred.parse("2027-03-02"))
DISSOLVED = TeamDissolved(position=4, occurred=Occurred.parse("2027-03-04"))
TOOK_OVER = BackupTookOver(position=5, backup=BACKUP, occurred=Occurred.parse("2027-02-20"))
HANDED_BACK = BackupHandedBack(position=6, backup=BACKUP, occurred=Occurred.parse("2027-02-27"))
