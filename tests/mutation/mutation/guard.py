"""A guard, as data: what removes it from the source, and which tests have to see that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` occurs once in the file; else the source has changed, and the guard is to be found."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Guard:
    """`seen_by` are tests of the ordinary suite, each of which fails without the guard."""

    name: str
    edits: tuple[Edit, ...]
    seen_by: tuple[str, ...]
