"""What scheduling publishes: deadlines and appointments, and what became of them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.contracts.contract import Code, Contract, Known, Minutes

TimeZone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=64)]
"""A name such as `Europe/Amsterdam`."""


class DeadlineSet(Contract):
    """Something has to be done by the end of `due_on`, by a policy of the programme definition.

    `silent` where nobody is to be told: that day was over before anybody here could know of it, a
    consent on which reminders rest was withdrawn, or the case was closed; or it is open again,
    since what met it turned out to have happened before; or its cause was put right and left it.
    """

    policy: Code
    policy_version: int
    due_on: date
    silent: bool = False


class DeadlineMet(Contract):
    """It was done in time, or at least done."""

    policy: Code
    late: bool


class DeadlineMissed(Contract):
    """The day passed and it was not done."""

    policy: Code
    due_on: date


class AppointmentPlanned(Contract):
    """Somebody is to meet the case manager; `starts_at` is in UTC, `time_zone` whose clock counts.

    `participants` by their roles; those in `must_confirm` are asked whether they come.
    """

    appointment: UUID
    kind: Code
    case_manager: UUID
    starts_at: datetime
    time_zone: TimeZone
    minutes: Minutes
    participants: list[Code]
    must_confirm: list[Code]


class AppointmentConfirmed(Contract):
    """A participant says that he or she comes."""

    appointment: UUID
    kind: Code
    participant: Code


class AppointmentCancelled(Contract):
    """It was called off, `by` a word of the programme or `consent-withdrawn`.

    `notice_hours`: whole hours before the start that there were at least; null where nobody knows.
    """

    appointment: UUID
    kind: Code
    by: Code
    notice_hours: int | None = Field(ge=0)


class AppointmentHeld(Contract):
    """It took place; `attended`: whether the case manager was there."""

    appointment: UUID
    kind: Code
    attended: Known


CONTRACTS: dict[str, type[Contract]] = {
    "deadline-set": DeadlineSet,
    "deadline-met": DeadlineMet,
    "deadline-missed": DeadlineMissed,
    "appointment-planned": AppointmentPlanned,
    "appointment-confirmed": AppointmentConfirmed,
    "appointment-cancelled": AppointmentCancelled,
    "appointment-held": AppointmentHeld,
}
