"""Codes that a programme does not know are refused, all fields at once."""

from datetime import date

import pytest

from events.decider import Invalid
from programmes import load
from programmes.checking import require_in_force, require_known, vocabularies

OFFER = load().current("medical-incidents", date(2019, 6, 1)).offer


def test_known_codes_and_what_is_not_given_pass() -> None:
    require_known(
        channel=("phone", OFFER.channels),
        reasons=(["unknown", "too-late"], OFFER.decline_reasons),
        outcome=(None, ()),
    )


def test_every_field_with_an_unknown_code_is_named_and_the_code_is_not_quoted() -> None:
    with pytest.raises(Invalid) as caught:
        require_known(
            by_function=("Jansen, 06 12345678", OFFER.functions),
            reasons=(["unknown", "made-up"], OFFER.decline_reasons),
            channel=("phone", OFFER.channels),
        )

    fields = dict(caught.value.errors)
    assert set(fields) == {"byFunction", "reasons/1"}
    assert "Jansen" not in str(caught.value)
    assert "must be one of: board, " in fields["byFunction"]


def test_a_vocabulary_has_the_codes_of_a_version_of_a_programme() -> None:
    vocabulary = vocabularies(load())

    assert "phone" in vocabulary("offer.channels")("medical-incidents", 1)
    assert "case-manager" in vocabulary("team_roles")("medical-incidents", 1)


@pytest.mark.parametrize("name", ["offer.colours", "colours", "code.nl", "offer"])
def test_what_no_programme_has_is_no_vocabulary(name: str) -> None:
    with pytest.raises(LookupError):
        vocabularies(load())(name)


def test_something_begins_under_a_version_that_is_in_force() -> None:
    programmes = load()

    assert require_in_force(programmes, "medical-incidents", date(2019, 6, 1)).version == 1
    for programme, day in (("medical-incidents", date(2018, 6, 30)), ("other", date(2019, 6, 1))):
        with pytest.raises(Invalid) as caught:
            require_in_force(programmes, programme, day)
        assert [field for field, _ in caught.value.errors] == ["programme"]
