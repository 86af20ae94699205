"""What others may know of scheduling's log: for each event a registered contract."""

import pytest

from events import testing
from events.contracts import registry, type_name
from events.contracts import scheduling as contracts
from events.store import Json, Recorded
from scheduling.codec import CODEC
from scheduling.consent import examples as consent
from scheduling.deadline import examples as deadline
from scheduling.deadline.examples import DUE_ON, MET, MET_LATE, MISSED, SET
from scheduling.publish import KEPT, publish

EXAMPLES = testing.examples(CODEC, consent, deadline)


def stored(event: object) -> Recorded[Json]:
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
    event: object, name: str, contract: object
) -> None:
    assert publish(stored(event)) == (name, contract)
    assert registry()[type_name("scheduling", name)] is type(contract)


def test_what_stays_at_home_is_not_published() -> None:
    kept = [event for event in EXAMPLES if isinstance(event, KEPT)]

    assert len(kept) == len(KEPT)
    assert [publish(stored(event)) for event in kept] == [None] * len(kept)


@pytest.mark.parametrize("event", EXAMPLES)
def test_a_stored_event_is_read_as_it_was_written(event: object) -> None:
    assert CODEC.decode(stored(event)).event == event
