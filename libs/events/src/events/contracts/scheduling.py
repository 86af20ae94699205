"""What scheduling publishes: deadlines and what became of them."""

from datetime import date

from events.contracts.contract import Code, Contract


class DeadlineSet(Contract):
    """Something has to be done by the end of `due_on`, by a policy of the programme definition.

    `silent` where nobody is to be told: that day was over before anybody here could know of it, or
    a consent on which reminders rest was withdrawn.
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


CONTRACTS: dict[str, type[Contract]] = {
    "deadline-set": DeadlineSet,
    "deadline-met": DeadlineMet,
    "deadline-missed": DeadlineMissed,
}
