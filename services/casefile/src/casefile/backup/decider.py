"""A backup takes over while in the team as one, and hands back what was taken over."""

from dataclasses import dataclass
from itertools import takewhile
from typing import assert_never

from casefile.backup.events import CODEC, BackupEvent, BackupHandedBack, BackupTookOver
from casefile.case.beside import OnCase
from casefile.case.decider import Case, require_within
from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """`roles` are those of the programme in which one stands in for others."""

    told: BackupTookOver
    roles: frozenset[str]


BackupCommand = OnCase[TakeOver | BackupHandedBack]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """`told` is in the order of happening; what may have happened at once in that of telling."""

    told: tuple[BackupEvent, ...] = ()

    def place(self, occurred: Occurred) -> int:
        """Where what happened then comes, told now."""
        later = takewhile(lambda e: occurred.certainly_before(e.occurred), reversed(self.told))
        return len(self.told) - len(list(later))

    def before(self, occurred: Occurred) -> BackupEvent | None:
        """What happened last before that."""
        place = self.place(occurred)
        return self.told[place - 1] if place else None

    def standing_in(self, case: Case, occurred: Occurred) -> BackupTookOver | None:
        """Who had taken over by then; nobody where that one left the team, or joined it anew."""
        last = self.before(occurred)
        if not isinstance(last, BackupTookOver):
            return None
        joined = (a for a in case.team_at(occurred) if a.case_manager == last.backup)
        stays = any(not last.occurred.certainly_before(a.occurred) for a in joined)
        return last if stays else None


def decide(asked: BackupCommand, backups: Backups) -> list[BackupEvent]:
    match asked.command:
        case TakeOver() as command:
            return _take_over(command, asked.case, backups)
        case BackupHandedBack() as told:
            return _hand_back(told, asked.case, backups)
        case _:
            assert_never(asked.command)


def evolve(backups: Backups, event: BackupEvent) -> Backups:
    place = backups.place(event.occurred)
    return Backups(told=(*backups.told[:place], event, *backups.told[place:]))


def _take_over(command: TakeOver, case: Case, backups: Backups) -> list[BackupEvent]:
    told = command.told
    now = backups.standing_in(case, told.occurred)
    if now == told:
        return []
    if now and now.backup == told.backup:
        raise already_known("Since when this backup stands in", now.occurred)
    require_within(case, told.occurred)
    held = case.team_at(told.occurred)
    if not any(a.case_manager == told.backup and a.role in command.roles for a in held):
        raise Rejected("no-backup", "Only a backup in the team of the case on that day takes over.")
    if now:
        raise Rejected("taken-over", "Somebody else has taken over and has not handed back.")
    return [told]


def _hand_back(told: BackupHandedBack, case: Case, backups: Backups) -> list[BackupEvent]:
    last = backups.before(told.occurred)
    if last == told:
        return []
    if not isinstance(last, BackupTookOver) or last.backup != told.backup:
        raise Rejected("not-taken-over", "This backup had taken nothing over then.")
    require_within(case, told.occurred)
    return [told]


backup_decider = Decider(Backups(), decide, evolve)
BACKUP = StreamType("backup", backup_decider, CODEC)
