"""What can have happened to a deadline."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.codec import Codec
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet:
    """Due by the end of `due_on`; nobody is told that it is set where `silent`.

    That is where the day was over before anybody could know of it, or where `reminders_stopped`,
    by a consent or since the case was closed: that may end until it is due; or where it is open
    again, since what met it happened before its cause, or its cause was put right and left it.
    `organisation`: whose task it is, of those that an organisation has. `corrects`: the event
    before, where its cause was put right.
    """

    policy: str
    policy_version: int
    due_on: date
    silent: bool
    reminders_stopped: bool = False
    organisation: UUID | None = None
    corrects: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMet:
    """`corrects` is the id of the event before, where what met it was put right.

    `due_on` is the day by which it was due, where it was met by what happened before its cause.
    """

    policy: str
    late: bool
    due_on: date | None = None
    corrects: UUID | None = None
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMissed:
    policy: str
    due_on: date
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSilenced:
    """The day passed while the case was closed or its reminders had stopped: nobody is told."""

    policy: str
    due_on: date
    occurred: Occurred


DeadlineEvent = DeadlineSet | DeadlineMet | DeadlineMissed | DeadlineSilenced

SET = "deadline.set.v1"
MET = "deadline.met.v1"

CODEC: Codec[DeadlineEvent] = Codec(
    {
        SET: DeadlineSet,
        MET: DeadlineMet,
        "deadline.missed.v1": DeadlineMissed,
        "deadline.silenced.v1": DeadlineSilenced,
    }
)
