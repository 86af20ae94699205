"""A backup takes over while in the team as one, and hands back what was taken over."""

from dataclasses import dataclass
from typing import assert_never

from casefile.backup.events import CODEC, BackupEvent, BackupHandedBack, BackupTookOver
from casefile.case.beside import OnCase
from casefile.case.decider import Case, require_within
from events.commands import StreamType
from events.decider import Decider, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """`roles` are those of the programme in which one stands in for others."""

    told: BackupTookOver
    roles: frozenset[str]


BackupCommand = OnCase[TakeOver | BackupHandedBack]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """`last` took over and has not handed back, as far as this stream knows."""

    told: tuple[BackupEvent, ...] = ()
    last: BackupTookOver | None = None

    def current(self, case: Case) -> BackupTookOver | None:
        """Nobody where the last one left the team since, or joined it anew."""
        assigned = case.team.get(self.last.backup) if self.last else None
        if not self.last or not assigned or self.last.occurred.certainly_before(assigned.occurred):
            return None
        return self.last


def decide(asked: BackupCommand, backups: Backups) -> list[BackupEvent]:
    match asked.command:
        case TakeOver() as command:
            return _take_over(command, asked.case, backups)
        case BackupHandedBack() as told:
            return _hand_back(told, asked.case, backups)
        case _:
            assert_never(asked.command)


def evolve(backups: Backups, event: BackupEvent) -> Backups:
    last = event if isinstance(event, BackupTookOver) else None
    return Backups(told=(*backups.told, event), last=last)


def _take_over(command: TakeOver, case: Case, backups: Backups) -> list[BackupEvent]:
    told, now = command.told, backups.current(case)
    if told in backups.told or (now and now.backup == told.backup):
        return []
    require_within(case, told.occurred)
    held = case.team_at(told.occurred)
    if not any(a.case_manager == told.backup and a.role in command.roles for a in held):
        raise Rejected("no-backup", "Only a backup in the team of the case on that day takes over.")
    if now:
        raise Rejected("taken-over", "Somebody else has taken over and has not handed back.")
    return [told]


def _hand_back(told: BackupHandedBack, case: Case, backups: Backups) -> list[BackupEvent]:
    if told in backups.told:
        return []
    if backups.last is None or backups.last.backup != told.backup:
        raise Rejected("not-taken-over", "This backup has taken nothing over.")
    if told.occurred.certainly_before(backups.last.occurred):
        raise Rejected("impossible-order", "The backup had not taken over yet.")
    require_within(case, told.occurred)
    return [told]


backup_decider = Decider(Backups(), decide, evolve)
BACKUP = StreamType("backup", backup_decider, CODEC)
