"""All mistakes of a request at once, each with its place and without the value that was sent."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Mistake = dict[str, str]

MOST = 100
LONGEST_NAME = 64
_KEY = "[key]"
"""What pydantic puts behind a key of a map that is itself the mistake."""

_INSTEAD = {
    "json_invalid": "the body is not valid JSON",
    "missing": "this is required",
    "extra_forbidden": "this is not known here",
    "model_attributes_type": "a JSON object is needed",
    "model_type": "a JSON object is needed",
    "dict_type": "a JSON object is needed",
    "uuid_parsing": "a UUID is needed",
    "uuid_type": "a UUID is needed",
    "union_tag_invalid": "this is none of the known kinds",
    "mapping_type": "a JSON object is needed",
    "list_type": "a list is needed",
    "tuple_type": "a list is needed",
    "string_type": "a text is needed",
    "int_type": "a whole number is needed",
    "string_pattern_mismatch": "a text of the form {pattern} is needed",
    "too_short": "too few: at least {min_length} needed",
    "too_long": "too many: at most {max_length} allowed",
    "value_error": "",
}
"""Where pydantic's own message may quote what was sent, or speaks of Python."""


def mistakes(errors: Sequence[Any]) -> list[Mistake]:
    return [_mistake(error) for error in errors[:MOST]]


def _mistake(error: Mapping[str, Any]) -> Mistake:
    source, *path = error["loc"] or ("body",)
    if error["type"] == "json_invalid":
        path = []
    name = {"pointer": _pointer(path)} if source == "body" else {"parameter": _short(path[0])}
    return {**name, "detail": _detail(error)}


def _pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901, section 6); of a key, where that stands."""
    path = [step for step in path if step != _KEY]
    return "#" + "".join(f"/{_short(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _short(step: str | int) -> str:
    return str(step)[:LONGEST_NAME]


def _detail(error: Mapping[str, Any]) -> str:
    instead = _INSTEAD.get(error["type"])
    if instead:
        return instead.format(**error.get("ctx", {}))
    message: str = error["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def unknown_parameters(names: Iterable[str]) -> list[Mistake]:
    return _parameters(names, _INSTEAD["extra_forbidden"])


def repeated_parameters(names: Iterable[str]) -> list[Mistake]:
    return _parameters(names, "is given more than once")


def _parameters(names: Iterable[str], detail: str) -> list[Mistake]:
    return [{"parameter": _short(name), "detail": detail} for name in sorted(names)[:MOST]]


def unreadable() -> Mistake:
    return {"pointer": "#", "detail": _INSTEAD["json_invalid"]}
