"""The words of a definition: coded terms with labels, and the place that each comes from."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from events.contracts.contract import Code

UNKNOWN = "unknown"

Version = Annotated[int, Field(ge=1, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
Days = Annotated[int, Field(ge=0, strict=True)]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]
Source = Annotated[str, Field(min_length=1, max_length=80)]
"""The section of the programme's source document, or `constructed`."""


class Declared(BaseModel):
    """A part of a definition: camelCase, nothing that the model does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True
    )


class Labels(Declared):
    """How people name it; Belgian programmes also have French."""

    nl: Sentence
    en: Sentence
    fr: Sentence | None = None


class Term(Labels):
    """A word that events and requests may use by its code."""

    code: Code
    source: Source


def codes(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(term.code for term in terms)


def refuse(mistakes: Iterable[str]) -> None:
    """Raises ValueError where there are any, and names them all."""
    if told := "; ".join(mistakes):
        raise ValueError(told)


def _not_empty(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    if not terms:
        raise ValueError("names nothing")
    return terms


def with_unknown(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    if terms and UNKNOWN not in codes(terms):
        raise ValueError("lacks `unknown`: what is not known must be sayable")
    return terms


Terms = Annotated[tuple[Term, ...], AfterValidator(_not_empty)]
Reasons = Annotated[tuple[Term, ...], AfterValidator(_not_empty), AfterValidator(with_unknown)]
MaybeReasons = Annotated[tuple[Term, ...], AfterValidator(with_unknown)]
"""None at all, or terms among which is `unknown`."""
