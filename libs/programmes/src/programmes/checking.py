"""Refuses codes that a programme does not know, all fields at once, without quoting them."""

from collections.abc import Iterable

from events.decider import Invalid
from programmes.term import Term

Given = tuple[str | Iterable[str] | None, Iterable[Term | str]]
"""A code or codes, and the terms or codes that there are."""


def require_known(**given: Given) -> None:
    """Raises Invalid."""
    if mistakes := unknown(**given):
        raise Invalid(mistakes)


def unknown(**given: Given) -> list[tuple[str, str]]:
    """What is wrong with which field."""
    return [
        (_camel(field), f"must be one of: {', '.join(sorted(_codes(known)))}")
        for field, (value, known) in given.items()
        if not _each(value) <= _codes(known)
    ]


def _each(value: str | Iterable[str] | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset([value]) if isinstance(value, str) else frozenset(value)


def _codes(known: Iterable[Term | str]) -> frozenset[str]:
    return frozenset(k if isinstance(k, str) else k.code for k in known)


def _camel(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)
