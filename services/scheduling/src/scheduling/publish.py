"""What others may know of scheduling's log: deadlines and what became of them."""

from typing import assert_never

from events.contracts import scheduling as contracts
from events.relay import Published
from events.store import Json, Recorded
from scheduling.deadline.events import (
    CODEC,
    DeadlineMet,
    DeadlineMissed,
    DeadlineSet,
)


def publish(recorded: Recorded[Json]) -> Published | None:
    event = CODEC.decode(recorded).event
    match event:
        case DeadlineSet(policy=policy, policy_version=version, due_on=due_on, silent=silent):
            return "deadline-set", contracts.DeadlineSet(
                policy=policy, policy_version=version, due_on=due_on, silent=silent
            )
        case DeadlineMet(policy=policy, late=late):
            return "deadline-met", contracts.DeadlineMet(policy=policy, late=late)
        case DeadlineMissed(policy=policy, due_on=due_on):
            return "deadline-missed", contracts.DeadlineMissed(policy=policy, due_on=due_on)
        case _:
            assert_never(event)
