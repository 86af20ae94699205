"""When a deadline is set, met, late or missed."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider
from events.occurrence import UNKNOWN, Occurred, end_of_day
from scheduling.deadline.events import (
    CODEC,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
    DeadlineSilenced,
)
from scheduling.deadline.work import work


class Status(StrEnum):
    """`dormant` is what an open one is shown as while its case is closed."""

    NEW = "new"
    OPEN = "open"
    DORMANT = "dormant"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeadline:
    """`known_at` is when its cause was recorded: history that is brought in late stays silent.

    `corrects`: the last event that set it, where its cause is put right, or that which took its
    cause away, where it `resumes`. `due_on` is None where a cause put right says no day any more.
    `first_counts`: what comes again while the deadline stands does not move it. `stopped`: nobody
    is to be told now. `organisation`: whose task it is, of those that an organisation has.
    """

    policy: str
    policy_version: int
    due_on: date | None
    known_at: datetime
    corrects: UUID | None = None
    resumes: bool = False
    first_counts: bool = False
    stopped: bool = False
    organisation: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetDeadline:
    """`also_before`: it counts though it happened before the cause."""

    also_before: bool = False
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectMeeting:
    """What was told of before is put right; `met` is the id of the last event, if that met it.

    `set_by` is that of the last event that set it; `also_before` as above.
    """

    met: UUID | None
    set_by: UUID | None
    also_before: bool = False
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class MissDeadline:
    """`stopped`: reminders have stopped, or the case is closed, so that it passes in silence."""

    stopped: bool = False
    occurred: Occurred


DeadlineCommand = SetDeadline | MeetDeadline | CorrectMeeting | MissDeadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """`since` is when its cause happened, `met` when it was done last.

    `silenced` is when its day had passed in silence. `ahead`: the day of the one that is met though
    that happened before its cause.
    """

    status: Status = Status.NEW
    policy: str = ""
    policy_version: int = 0
    due_on: date = date.max
    organisation: UUID | None = None
    since: Occurred = UNKNOWN
    met: Occurred | None = None
    silenced: Occurred | None = None
    ahead: date | None = None


def decide(command: DeadlineCommand, deadline: Deadline) -> list[DeadlineEvent]:
    match command:
        case SetDeadline():
            return _set(command, deadline)
        case MeetDeadline():
            return _meet(command, deadline)
        case CorrectMeeting():
            return _correct(command, deadline)
        case MissDeadline(occurred=occurred, stopped=stopped):
            if deadline.status is not Status.OPEN or not _over(deadline, occurred):
                return []
            if stopped and deadline.silenced:
                return []
            passed = DeadlineSilenced if stopped else DeadlineMissed
            return [passed(policy=deadline.policy, due_on=deadline.due_on, occurred=occurred)]
        case _:
            assert_never(command)


def evolve(deadline: Deadline, event: DeadlineEvent) -> Deadline:
    """In the order of happening a meeting told of late comes before the miss, and counts."""
    match event:
        case DeadlineSet():
            if _is_repeated(event, deadline):
                return deadline
            return Deadline(
                status=Status.MET if event.due_on == deadline.ahead else Status.OPEN,
                policy=event.policy,
                policy_version=event.policy_version,
                due_on=event.due_on,
                organisation=event.organisation,
                since=event.occurred,
                met=deadline.met,
                ahead=deadline.ahead,
            )
        case DeadlineMet(occurred=occurred, due_on=due_on):
            ahead = due_on or deadline.ahead
            return replace(deadline, status=Status.MET, met=occurred, ahead=ahead)
        case DeadlineMissed(due_on=due_on):
            over = deadline.status is Status.MET or due_on != deadline.due_on
            return deadline if over else replace(deadline, status=Status.MISSED)
        case DeadlineSilenced(due_on=due_on, occurred=occurred):
            return replace(deadline, silenced=occurred if due_on == deadline.due_on else None)
        case _:
            assert_never(event)


def _leaves(cause: SetDeadline | DeadlineSet, deadline: Deadline) -> bool:
    return (cause.due_on, cause.occurred) == (deadline.due_on, deadline.since)


def _repeated(deadline: Deadline, corrects: UUID | None) -> DeadlineSet:
    """What was set, once more: the next correction of its cause names this one."""
    return replace(_open_again(deadline, corrects), reminders_stopped=False)


def _is_repeated(event: DeadlineSet, deadline: Deadline) -> bool:
    corrects = event.corrects is not None and event.silent and not event.reminders_stopped
    return corrects and _leaves(event, deadline)


def _over(deadline: Deadline, occurred: Occurred) -> bool:
    """A deadline that was moved is not missed on the day on which it was due before."""
    return occurred.at is not None and occurred.at >= end_of_day(deadline.due_on)


def _set(command: SetDeadline, deadline: Deadline) -> list[DeadlineEvent]:
    """Its cause may come again, or be put right: then it is due anew, unless that is history.

    A cause put right that leaves it as it is is kept too, in silence.
    """
    if not command.resumes and _stands(command, deadline):
        return [_repeated(deadline, command.corrects)] if command.corrects else []
    if command.due_on is None:
        return []
    over = end_of_day(command.due_on) <= command.known_at
    return [
        DeadlineSet(
            policy=command.policy,
            policy_version=command.policy_version,
            due_on=command.due_on,
            silent=over or command.stopped,
            reminders_stopped=command.resumes if over else command.stopped,
            organisation=command.organisation,
            corrects=command.corrects,
            occurred=command.occurred,
        )
    ]


def _meet(
    command: MeetDeadline | CorrectMeeting, deadline: Deadline, corrects: UUID | None = None
) -> list[DeadlineEvent]:
    if deadline.status not in (Status.OPEN, Status.MISSED):
        return []
    if command.occurred.certainly_before(deadline.since) and not command.also_before:
        return []
    return [_met(command, deadline, corrects)]


def _met(
    command: MeetDeadline | CorrectMeeting, deadline: Deadline, corrects: UUID | None
) -> DeadlineMet:
    ahead = command.also_before and command.occurred.certainly_before(deadline.since)
    return DeadlineMet(
        policy=deadline.policy,
        late=_over(deadline, command.occurred),
        due_on=deadline.due_on if ahead else None,
        corrects=corrects,
        occurred=command.occurred,
    )


def _stands(command: SetDeadline, deadline: Deadline) -> bool:
    """Whether this cause leaves it as it is."""
    if _leaves(command, deadline) or command.due_on is None:
        return True
    if deadline.met and command.occurred.certainly_before(deadline.met):
        return True
    if command.corrects:
        return _is_answered(command, deadline)
    standing = deadline.status in (Status.OPEN, Status.MISSED)
    first_counts = command.first_counts and standing
    return first_counts or command.occurred.certainly_before(deadline.since)


def _is_answered(command: SetDeadline, deadline: Deadline) -> bool:
    """Whether what met it may have followed this cause, or need not have."""
    if deadline.status is not Status.MET or deadline.met is None:
        return False
    return command.first_counts or not deadline.met.certainly_before(command.occurred)


def _correct(command: CorrectMeeting, deadline: Deadline) -> list[DeadlineEvent]:
    """Of a deadline that was met by something else it says nothing; one that stands it may meet.

    Also one that leaves the day is kept: the next names it. Where it was done before its cause, the
    deadline stands.
    """
    if deadline.status is not Status.MET:
        return _meet(command, deadline, command.met)
    if command.met is None:
        return []
    met = _met(command, deadline, command.met)
    before = command.occurred.certainly_before(deadline.since) and not command.also_before
    return [met, _open_again(deadline, command.set_by)] if before else [met]


def _open_again(deadline: Deadline, corrects: UUID | None) -> DeadlineSet:
    """Nobody is told that it is set, but when it is missed: its timer may have gone off by now."""
    return DeadlineSet(
        policy=deadline.policy,
        policy_version=deadline.policy_version,
        due_on=deadline.due_on,
        silent=True,
        reminders_stopped=True,
        organisation=deadline.organisation,
        corrects=corrects,
        occurred=deadline.since,
    )


deadline_decider = Decider(Deadline(), decide, evolve)
DEADLINE = StreamType("deadline", deadline_decider, CODEC, work)
