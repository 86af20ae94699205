"""Registering an organisation and keeping its address."""

from hypothesis import given
from hypothesis import strategies as st

from events.occurrence import Occurred
from events.testing import lived, outcome, refusal
from intake.organisation.decider import desk_of, organisation_decider
from intake.organisation.events import AddressChanged, OrganisationEvent, OrganisationRegistered
from intake.organisation.examples import ADDRESS, MOVED, NEW_ADDRESS, REGISTERED

COMMANDS = st.lists(
    st.builds(
        OrganisationRegistered,
        kind=st.sampled_from(["hospital", "desk"]),
        contact=st.sampled_from([ADDRESS, NEW_ADDRESS]),
        occurred=st.just(Occurred.parse("2027-01-01")),
    )
    | st.builds(
        AddressChanged,
        contact=st.sampled_from([ADDRESS, NEW_ADDRESS]),
        occurred=st.just(Occurred.parse("2027-01-02")),
    )
)


def test_an_organisation_is_registered() -> None:
    assert outcome(organisation_decider, given=[], when=REGISTERED) == [REGISTERED]


def test_an_organisation_is_registered_once() -> None:
    assert (
        refusal(organisation_decider, given=[REGISTERED], when=REGISTERED) == "organisation-exists"
    )


def test_an_address_changes() -> None:
    assert outcome(organisation_decider, given=[REGISTERED], when=MOVED) == [MOVED]


def test_a_repeated_change_of_address_is_ignored() -> None:
    before: list[OrganisationEvent] = [REGISTERED, MOVED]

    assert outcome(organisation_decider, given=before, when=MOVED) == []


def test_what_is_not_registered_has_no_address_to_change() -> None:
    assert refusal(organisation_decider, given=[], when=MOVED) == "no-such-organisation"


def test_each_programme_has_a_desk_of_its_own() -> None:
    assert desk_of("medical-incidents") == desk_of("medical-incidents")
    assert desk_of("medical-incidents") != desk_of("brain-injury")


@given(COMMANDS)
def test_whatever_is_asked_an_organisation_is_registered_first_and_once(
    commands: list[OrganisationEvent],
) -> None:
    events = lived(organisation_decider, commands)

    kinds = [isinstance(event, OrganisationRegistered) for event in events]
    assert kinds == sorted(kinds, reverse=True)
    assert sum(kinds) == bool(events)
    assert organisation_decider.fold(events) == organisation_decider.fold(events)
