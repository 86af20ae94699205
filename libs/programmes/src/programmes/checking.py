"""Refuses codes that a programme does not know, all fields at once, without quoting them."""

from collections.abc import Iterable

from events.decider import Invalid
from programmes.term import Term


def require_known(**given: tuple[str | Iterable[str] | None, Iterable[Term | str]]) -> None:
    """Takes `field=(code or codes, the terms or codes that there are)`; raises Invalid."""
    mistakes = [
        (_camel(field), f"must be one of: {', '.join(sorted(_codes(known)))}")
        for field, (value, known) in given.items()
        if not _each(value) <= _codes(known)
    ]
    if mistakes:
        raise Invalid(mistakes)


def _each(value: str | Iterable[str] | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset([value]) if isinstance(value, str) else frozenset(value)


def _codes(known: Iterable[Term | str]) -> frozenset[str]:
    return frozenset(k if isinstance(k, str) else k.code for k in known)


def _camel(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)
