"""What an event says of itself that can be counted: the codes, numbers and yes or no in it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

from events.contracts.casefile import ActivityLogged, TrackStepRecorded
from events.contracts.contract import Code, Contract, Known

ANY = "*"
_COUNTED = (Code, Code | None, list[Code], tuple[Code, ...], Known, int, int | None, bool)
YES_NO = ("yes", "no", "unknown")
_KINDS: Mapping[object, Sequence[str]] = {Known: YES_NO, bool: ("true", "false")}
_ANSWERS = Mapping[Code, Known]
_SOME: Mapping[type[Contract], frozenset[str]] = {
    ActivityLogged: frozenset({"treatment", "boundary_doubts"}),
    TrackStepRecorded: frozenset(),
}
"""Of some, no more than these fields: activities are many, and effort counts them.

What steps say, a definition declares.
"""


def said_by(event: object) -> list[str]:
    """As `field=value` and, where answers stand by their codes in a field, as `code=answer`."""
    if not isinstance(event, Contract):
        return []
    said = [
        f"{field}={_text(value)}"
        for name, field in _counted(type(event))
        for value in _values(getattr(event, name))
    ]
    for name in _answered(type(event)):
        said += (f"{code}={answer}" for code, answer in sorted(getattr(event, name).items()))
    return said


def any_of(contract: type[Contract], listed: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Its fields, as conditions name them, with the values that there are, `listed` by field."""
    hints = get_type_hints(contract, include_extras=True)
    return frozenset(
        f".{field}={value}"
        for name, field in _counted(contract)
        for value in listed.get(field, _KINDS.get(hints[name], (ANY,)))
    )


@cache
def _counted(contract: type[Contract]) -> tuple[tuple[str, str], ...]:
    """The fields, by their names here and in a condition."""
    counted = _fields(contract, _COUNTED)
    return tuple((name, name.replace("_", "-")) for name in counted)


@cache
def _answered(contract: type[Contract]) -> tuple[str, ...]:
    return tuple(_fields(contract, (_ANSWERS,)))


def _fields(contract: type[Contract], kinds: tuple[object, ...]) -> Iterator[str]:
    hints = get_type_hints(contract, include_extras=True)
    some = next((own for kind, own in _SOME.items() if issubclass(contract, kind)), hints.keys())
    return (name for name in contract.model_fields if name in some and hints[name] in kinds)


def _values(value: Any) -> Sequence[Any]:  # noqa: ANN401 - of any field
    if isinstance(value, list | tuple):
        return value
    return () if value is None else (value,)


def _text(value: object) -> str:
    return str(value).lower()
