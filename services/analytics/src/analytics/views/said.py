"""What an event says of itself that can be counted: the codes, numbers and yes or no in it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_type_hints

from events.contracts.casefile import ActivityLogged, TrackStepRecorded
from events.contracts.contract import Code, Contract, Known

ANY = "*"
_COUNTED = (Code, Code | None, list[Code], Known, int, bool)
_ELSEWHERE = (ActivityLogged, TrackStepRecorded)
"""Activities are many, and effort counts them; they say how the client was treated, no more.

What steps say, a definition declares.
"""


def said_by(event: object) -> list[str]:
    """As `field=value`."""
    if not isinstance(event, Contract):
        return []
    if isinstance(event, ActivityLogged):
        return [f"{experience}={known}" for experience, known in sorted(event.treatment.items())]
    return [
        f"{field}={_text(value)}"
        for name, field in _counted(type(event))
        for value in _values(getattr(event, name))
    ]


def any_of(contract: type[Contract]) -> frozenset[str]:
    """Its fields, as conditions name them; of what values there are, programmes know."""
    return frozenset(f".{field}={ANY}" for _, field in _counted(contract))


@lru_cache
def _counted(contract: type[Contract]) -> tuple[tuple[str, str], ...]:
    """The fields, by their names here and in a condition."""
    if issubclass(contract, _ELSEWHERE):
        return ()
    hints = get_type_hints(contract, include_extras=True)
    counted = (name for name in contract.model_fields if hints[name] in _COUNTED)
    return tuple((name, name.replace("_", "-")) for name in counted)


def _values(value: Any) -> Iterator[Any]:  # noqa: ANN401 - of any field
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _text(value: object) -> str:
    return str(value).lower()
