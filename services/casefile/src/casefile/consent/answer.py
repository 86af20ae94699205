"""The consents of a case as an answer shows them: how each stands, and since when."""

from operator import attrgetter

from casefile.consent.decider import Consents
from casefile.consent.events import ConsentEvent, ConsentGiven, ConsentRefused
from events.history import in_order
from kit.bodies import Answer


class ConsentAnswer(Answer):
    """Only those that are given have form and scopes; `occurredAt` is since when it stands so.

    `refused`: it was asked for and never given; the others that are not given were withdrawn.
    """

    consent: str
    given: bool
    refused: bool
    form: str | None
    scopes: list[str]
    occurred_at: str


def consent_answers(consents: Consents) -> list[ConsentAnswer]:
    """In the order in which they came to stand so, then by their code."""
    return [
        ConsentAnswer(
            consent=event.consent,
            given=isinstance(event, ConsentGiven),
            refused=isinstance(event, ConsentRefused),
            form=event.form if isinstance(event, ConsentGiven) else None,
            scopes=list(event.scopes) if isinstance(event, ConsentGiven) else [],
            occurred_at=str(event.occurred),
        )
        for event in in_order(_all(consents), attrgetter("consent"))
    ]


def _all(consents: Consents) -> list[ConsentEvent]:
    return [*consents.standing.values(), *consents.refused.values()]
