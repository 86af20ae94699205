"""Facts about the backup of a case that tests and demos start from."""

from casefile.backup.events import BackupHandedBack, BackupTookOver
from casefile.case.examples import BACKUP
from events.occurrence import Occurred

TOOK_OVER = BackupTookOver(backup=BACKUP, occurred=Occurred.parse("2027-02-21"))
HANDED_BACK = BackupHandedBack(backup=BACKUP, occurred=Occurred.parse("2027-02-24"))
