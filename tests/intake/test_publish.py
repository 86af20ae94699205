"""What others may know of intake's log: for each event a registered contract, or nothing."""

import pytest

from events import testing
from events.contracts import intake as contracts
from events.contracts import registry, type_name
from events.store import Json, Recorded
from events.testing import examples
from intake.codec import CODEC
from intake.offer import examples as offer
from intake.organisation import examples as organisation
from intake.publish import KEPT, publish
from intake.referral import examples as referral

EXAMPLES = examples(CODEC, organisation, offer, referral)


def stored(event: object) -> Recorded[Json]:
    return testing.stored(CODEC, event)


def test_there_is_an_example_of_every_stored_event() -> None:
    assert {stored(event).type for event in EXAMPLES} == CODEC.names.keys()


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_stored_event_is_published_under_a_registered_contract_or_not_at_all(
    event: object,
) -> None:
    published = publish(stored(event))

    if published is None:
        assert type(event) in KEPT
    else:
        name, contract = published
        assert registry()[type_name("intake", name)] is type(contract)


def test_every_contract_of_intake_is_published_by_some_event() -> None:
    names = {published[0] for event in EXAMPLES if (published := publish(stored(event)))}

    assert names == contracts.CONTRACTS.keys()


def test_the_events_that_the_outside_world_relies_on_have_their_names() -> None:
    made = publish(stored(referral.MADE))
    accepted = publish(stored(offer.ACCEPTED))

    assert made is not None
    assert made[0] == "referral-made"
    assert made[1] == contracts.ReferralMade(
        source="hospital", organisation=organisation.HOSPITAL, origin="2027-01-20"
    )
    assert accepted is not None
    assert accepted[0] == "offer-accepted"
    assert accepted[1] == contracts.OfferAccepted(attempt=1, reasons=["clear-need"])


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_a_stored_event_is_read_as_it_was_written(event: object) -> None:
    assert CODEC.decode(stored(event)).event == event
