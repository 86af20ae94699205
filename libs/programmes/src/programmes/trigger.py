"""Which events of a type a definition means: all of them, or those that say certain values."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from events.contracts.contract import Code
from programmes.published import Context
from programmes.term import codes
from programmes.track import Step

Values = Annotated[frozenset[bool | Code], Field(min_length=1)]
"""One of these an event has to say in a field."""


def field_of(code: str) -> str:
    """The name in code of a field that a definition names in kebab-case."""
    return code.replace("-", "_")


def says(event: object, when: Mapping[Code, Values]) -> bool:
    return all(getattr(event, field_of(name)) in wanted for name, wanted in when.items())


def unsaid(
    type_: str, when: Mapping[Code, Values], step: Step | None, known: Context
) -> Iterator[str]:
    """Fields that an event of the type has not, and codes that nobody could ever tell.

    `step`: the one that is published under this type, if any.
    """
    fields = known["types"][type_].model_fields
    declared = frozenset().union(*known["codes"].values())
    for name, values in when.items():
        told = frozenset(value for value in values if isinstance(value, str))
        if field_of(name) not in fields:
            yield f"its trigger publishes nothing called {name}"
        elif unknown := told - (codes(step.outcomes) if step else declared):
            yield f"its trigger never says {', '.join(sorted(unknown))} as {name}"
