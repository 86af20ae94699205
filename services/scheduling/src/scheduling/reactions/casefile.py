"""What happens to a case sets and meets the deadlines that its programme defines."""

from collections.abc import Mapping
from datetime import timedelta

from events.consumer import Ask, Reaction
from events.contracts.casefile import TrackStepRecorded
from events.contracts.contract import Contract
from events.occurrence import civil_day
from events.store import Recorded
from programmes.deadline import Deadline
from programmes.loader import Programmes
from scheduling.deadline.decider import DEADLINE, MeetDeadline, SetDeadline


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """One per published type that starts or meets a deadline of any programme."""

    def react(message: Recorded[Contract]) -> list[Ask]:
        definition = programmes.of([message])
        outcome = message.event.outcome if isinstance(message.event, TrackStepRecorded) else None
        return [
            *(_set(message, d) for d in definition.deadlines_after(message.type, outcome)),
            *(_meet(message, policy) for policy in definition.deadlines_met_by(message.type)),
        ]

    policies = [policy for d in programmes.definitions for policy in d.deadlines]
    types = {t for policy in policies for t in (policy.triggered_by, *policy.met_by)}
    return dict.fromkeys(types, react)


def _set(message: Recorded[Contract], policy: Deadline) -> Ask:
    began = message.occurred.at or message.recorded_at
    command = SetDeadline(
        policy=policy.policy,
        policy_version=policy.version,
        due_on=civil_day(began) + timedelta(days=policy.days),
        known_at=message.recorded_at,
        occurred=message.occurred,
    )
    return Ask(DEADLINE, DEADLINE.beside(message.key, policy.policy), command)


def _meet(message: Recorded[Contract], policy: Deadline) -> Ask:
    command = MeetDeadline(occurred=message.occurred)
    return Ask(DEADLINE, DEADLINE.beside(message.key, policy.policy), command)
