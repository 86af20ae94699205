"""When which backup did the work of a case."""

from collections.abc import Sequence
from uuid import UUID

from casefile.backup.events import BackupHandedBack, BackupTookOver
from casefile.case.events import CaseManagerReleased, CaseReopened
from events.occurrence import Occurred
from kit.bodies import Answer


class BackupPeriod(Answer):
    """`until` is null while it goes on."""

    backup: UUID
    since: str
    until: str | None


def backup_periods(events: Sequence[object]) -> list[BackupPeriod]:
    """Out of facts in the order of happening; a backup who leaves the team stands in no more."""
    periods: list[BackupPeriod] = []
    now: BackupTookOver | None = None

    def end(until: Occurred | None) -> None:
        nonlocal now
        if now:
            ended = str(until) if until else None
            periods.append(BackupPeriod(backup=now.backup, since=str(now.occurred), until=ended))
        now = None

    for event in events:
        match event:
            case BackupTookOver(occurred=occurred):
                end(occurred)
                now = event
            case BackupHandedBack(occurred=occurred) | CaseReopened(occurred=occurred):
                end(occurred)
            case CaseManagerReleased(case_manager=left, occurred=occurred) if (
                now and now.backup == left
            ):
                end(occurred)
    end(None)
    return periods
