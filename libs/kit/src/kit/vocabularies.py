"""Codes in bodies that are words of a programme: declared at the field, checked all at once."""

from collections.abc import Callable, Hashable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

from events.commands import Gather, History
from events.decider import C, Invalid, unlisted_at
from events.store import Metadata

Codes = Callable[[str, int], AbstractSet[str]]
"""The codes of a vocabulary, by programme and version."""

Vocabularies = Callable[[str], Codes]
"""The vocabulary of a name, such as `team_roles`; raises LookupError if there is none."""


def no_vocabularies(name: str) -> Codes:
    raise LookupError(name)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Says at a field whose words it takes: `role: Annotated[Code, Vocabulary("team_roles")]`."""

    name: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        name = ".".join(to_camel(part) for part in self.name.split("."))
        return {**handler(schema), "description": f"From `{name}` of the programme."}


@cache
def names(body: Hashable) -> frozenset[str]:
    """The vocabularies that a body takes codes from, and the bodies within it."""
    return frozenset(marker.name for marker in _markers(body))


def checked(
    command: C | Gather[C], body: BaseModel, vocabularies: Vocabularies, new: Metadata
) -> C | Gather[C]:
    """The command, made only where the programme of the key (or of what is new) knows all codes."""
    if not names(type(body)):
        return command

    def gather(history: History) -> C:
        mistakes = _unknown(body, vocabularies, history[0].metadata if history else new)
        try:
            made = command(history) if callable(command) else command
        except Invalid as invalid:
            mistakes += invalid.errors
        if mistakes:
            raise Invalid(mistakes)
        return made

    return gather


def _unknown(body: BaseModel, vocabularies: Vocabularies, began: Metadata) -> list[tuple[str, str]]:
    programme, version = str(began.programme), began.programme_version or 0
    return [
        mistake
        for place, name, value in _told(body)
        for mistake in unlisted_at(place, value, vocabularies(name)(programme, version))
    ]


def _told(body: BaseModel, place: str = "") -> Iterator[tuple[str, str, Any]]:
    """Where codes are in a body, of which vocabulary, and which: one, several or none."""
    for name, field in type(body).model_fields.items():
        value, here = getattr(body, name), f"{place}{field.alias or name}"
        for marker in _own(field.annotation, *field.metadata):
            yield here, marker.name, value
        if isinstance(value, BaseModel):
            yield from _told(value, f"{here}/")
        for number, item in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(item, BaseModel):
                yield from _told(item, f"{here}/{number}/")


def _own(*hints: object) -> Iterator[Vocabulary]:
    for hint in hints:
        if isinstance(hint, Vocabulary):
            yield hint
        yield from _own(*get_args(hint))


def _markers(*hints: object) -> Iterator[Vocabulary]:
    """Those of the bodies that are named, too."""
    yield from _own(*hints)
    for hint in hints:
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            for field in hint.model_fields.values():
                yield from _markers(field.annotation, *field.metadata)
        else:
            yield from (marker for arg in get_args(hint) for marker in _markers(arg))
