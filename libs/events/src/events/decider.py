"""What a stream type is made of: a pure decision, a pure fold, a rule that says no."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


class Rejected(Exception):
    """A rule says no: `code` is stable for programs, `detail` a sentence for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Invalid(Rejected):
    """The input cannot be: all its mistakes, each as (place in camelCase, sentence)."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("invalid", "; ".join(f"{field}: {sentence}" for field, sentence in errors))
        self.errors = tuple(errors)


def already_known(fact: str, *known: object) -> Rejected:
    """Another fact stands where this one would: nothing but an equal repetition is no news."""
    return Rejected("already-known", f"{fact} is known already: {', '.join(map(str, known))}.")


def not_among(known: Iterable[str]) -> str:
    """What is said of a field whose code is none of those that are known; it is not quoted."""
    return f"must be one of: {', '.join(sorted(known))}"


def unlisted(told: str | Iterable[str] | None, known: AbstractSet[str]) -> str | None:
    """What is wrong with a code or several, if not all of them are known."""
    several = [] if told is None else [told] if isinstance(told, str) else told
    return None if frozenset(several) <= known else not_among(known)


def unlisted_at(
    place: str, told: str | Iterable[str] | None, known: AbstractSet[str]
) -> list[tuple[str, str]]:
    """The same, each code of several at its own place: `reasons/1`, or `answers/code` of a map."""
    if told is None or isinstance(told, str):
        places = {place: told}
    elif isinstance(told, Mapping):
        places = {f"{place}/{code}": code for code in told}
    else:
        places = {f"{place}/{number}": code for number, code in enumerate(told)}
    return [(at, wrong) for at, code in places.items() if (wrong := unlisted(code, known))]


@dataclass(frozen=True, slots=True)
class Decider(Generic[S, C, E]):
    """`decide` says what a command makes happen, `evolve` what an event changes; both are pure."""

    initial: S
    decide: Callable[[C, S], list[E]]
    evolve: Callable[[S, E], S]

    def fold(self, events: Iterable[E]) -> S:
        state = self.initial
        for event in events:
            state = self.evolve(state, event)
        return state
