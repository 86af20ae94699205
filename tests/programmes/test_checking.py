"""Codes that a programme does not know are refused, all fields at once."""

from datetime import date

import pytest

from events.decider import Invalid
from programmes import load
from programmes.checking import require_known

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
    assert set(fields) == {"byFunction", "reasons"}
    assert "Jansen" not in str(caught.value)
    assert "must be one of: board, " in fields["byFunction"]
