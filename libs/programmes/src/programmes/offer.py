"""Who may be offered support and refer for it: where people come from, offers, their answers."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from programmes.term import Count, Days, Declared, Labels, Reasons, Sentence, Source, Term, Terms


class Origin(Term):
    """What brings people to the programme, such as an incident, and what may be said of it.

    `disclosures`: how clients may have been told of it.
    """

    statuses: Reasons
    kinds: Reasons
    consequences: Reasons
    disclosures: Reasons


class ReferralSource(Term):
    """Where a referral comes from; organisations of a kind that `offers` find the candidates."""

    offers: bool = False


class Route(Term):
    """Who makes the offer; `forwards`: who found the candidate asks only for consent to refer."""

    forwards: bool = False


class Attempts(Declared):
    """How many attempts an offer may take in all, and how long after one that failed the next."""

    most: Count
    again_after_days: Days
    source: Source


class Avoided(Declared):
    """A word that puts clients off."""

    word: Sentence
    source: Source


class Offer(Declared):
    """How and by whom an offer is made, when again, how it is answered, what it is called."""

    channels: Terms
    functions: Terms
    recipients: Reasons
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    wordings: Reasons
    attempts: Attempts
    accept_reasons: Reasons
    decline_reasons: Reasons
    withhold_reasons: Reasons
    avoided: Annotated[tuple[Avoided, ...], Field(min_length=1)]
    name: Labels

    @field_validator("name")
    @classmethod
    def _puts_nobody_off(cls, name: Labels, info: ValidationInfo) -> Labels:
        words = avoided_in(f"{name.nl} {name.en} {name.fr or ''}", info.data.get("avoided", ()))
        if words:
            raise ValueError(f"clients read it, so it must not say {', '.join(words)}")
        return name

    def forwards(self, route: str | None) -> bool:
        """Whether the offer itself is left to whoever gets the referral."""
        return any(each.forwards for each in self.routes if each.code == route)

    def avoided_in(self, text: str) -> list[str]:
        """The words in a text for clients that would put them off."""
        return avoided_in(text, self.avoided)


def avoided_in(text: str, avoided: Iterable[Avoided]) -> list[str]:
    return [each.word for each in avoided if each.word.casefold() in text.casefold()]
