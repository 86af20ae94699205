"""What an error of the driver means: bad data or an outage, and never a word of the data."""

import asyncpg
import pytest
from asyncpg.exceptions import _base

from events.connection import meaning
from events.store import Unavailable, Unwritable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (asyncpg.DataError("invalid input for query argument $1: 'Jan Jansen'"), "data-error"),
        (_base.DataError("invalid input for query argument $1: 'Jan Jansen'"), "data-error"),
        (
            asyncpg.InvalidTextRepresentationError("invalid input for type uuid: 'Jan Jansen'"),
            "invalid-text-representation-error",
        ),
        (ValueError("Jan Jansen"), "value-error"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_and_not_quoted(error: Exception, code: str) -> None:
    meant = meaning(error)

    assert isinstance(meant, Unwritable)
    assert str(meant) == code


@pytest.mark.parametrize(
    "error", [OSError("gone"), asyncpg.InterfaceError("closed"), asyncpg.TooManyConnectionsError()]
)
def test_what_the_infrastructure_cannot_do_now_is_an_outage(error: Exception) -> None:
    assert isinstance(meaning(error), Unavailable)
