"""Refuses codes that a programme does not know, all fields at once, without quoting them."""

from collections.abc import Callable, Iterable
from datetime import date

from pydantic.alias_generators import to_camel

from events.decider import Invalid, unlisted_at
from programmes.loader import Programmes
from programmes.model import Definition
from programmes.term import Term, codes

Given = tuple[str | Iterable[str] | None, Iterable[Term | str]]
"""A code or codes, and the terms or codes that there are."""

Codes = Callable[[str, int], frozenset[str]]
"""The codes of a vocabulary, by programme and version."""


def vocabularies(programmes: Programmes) -> Callable[[str], Codes]:
    """By a name such as `offer.channels`; LookupError where a programme has no such list."""

    def vocabulary(name: str) -> Codes:
        if not all(name in definition.vocabularies for definition in programmes.definitions):
            raise LookupError(name)
        return lambda programme, version: codes(programmes.version(programme, version).terms(name))

    return vocabulary


def require_in_force(programmes: Programmes, programme: str, on: date) -> Definition:
    """The version of a programme under which something begins on a day; raises Invalid."""
    require_known(programme=(programme, programmes.in_force(on)))
    return programmes.current(programme, on)


def require_known(**given: Given) -> None:
    """Raises Invalid, with what is wrong at which place."""
    mistakes = [
        mistake
        for field, (value, known) in given.items()
        for mistake in unlisted_at(to_camel(field), value, _codes(known))
    ]
    if mistakes:
        raise Invalid(mistakes)


def _codes(known: Iterable[Term | str]) -> frozenset[str]:
    return frozenset(k if isinstance(k, str) else k.code for k in known)
