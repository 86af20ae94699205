"""What others may know of scheduling's log: for each event a registered contract."""

import pytest

from events import testing
from events.contracts import registry, type_name
from events.contracts import scheduling as contracts
from events.store import Json, Recorded
from scheduling.deadline import examples as deadline
from scheduling.deadline.events import CODEC, DeadlineEvent
from scheduling.deadline.examples import DUE_ON, MET, MET_LATE, MISSED, SET
from scheduling.publish import publish

EXAMPLES = testing.examples(CODEC, deadline)


def stored(event: DeadlineEvent) -> Recorded[Json]:
    return testing.stored(CODEC, event)


def test_there_is_an_example_of_every_stored_event() -> None:
    assert {stored(event).type for event in EXAMPLES} == CODEC.names.keys()


@pytest.mark.parametrize(
    ("event", "name", "contract"),
    [
        (
            SET,
            "deadline-set",
            contracts.DeadlineSet(policy="first-contact", policy_version=1, due_on=DUE_ON),
        ),
        (MET, "deadline-met", contracts.DeadlineMet(policy="first-contact", late=False)),
        (MET_LATE, "deadline-met", contracts.DeadlineMet(policy="first-contact", late=True)),
        (
            MISSED,
            "deadline-missed",
            contracts.DeadlineMissed(policy="first-contact", due_on=DUE_ON),
        ),
    ],
)
def test_every_stored_event_is_published_under_a_registered_contract(
    event: DeadlineEvent, name: str, contract: object
) -> None:
    assert publish(stored(event)) == (name, contract)
    assert registry()[type_name("scheduling", name)] is type(contract)


@pytest.mark.parametrize("event", EXAMPLES)
def test_a_stored_event_is_read_as_it_was_written(event: DeadlineEvent) -> None:
    assert CODEC.decode(stored(event)).event == event
