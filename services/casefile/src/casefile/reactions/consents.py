"""What is told in intake of the consent to pass on contact data holds for the case too."""

from collections.abc import Mapping

from casefile.case.decider import CASE
from casefile.consent.decider import CONSENT, CONTACT_DATA, HearConsent
from casefile.consent.events import ConsentGiven, ConsentWithdrawn
from events.commands import History
from events.consumer import Ask, Reaction
from events.contracts import intake as contracts
from events.contracts import type_name
from events.contracts.contract import Contract
from events.store import Recorded
from programmes.casework import Consent
from programmes.loader import Programmes
from programmes.model import Definition

GROUP = "casefile.consents"
"""Of its own, so that no withdrawal waits behind a case that cannot be opened."""
SOURCES = ("intake",)


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """The programme says which consents those are: the ones that stop contact data."""

    def react(message: Recorded[Contract]) -> list[Ask]:
        definition = programmes.of([message])
        consents = (each for each in definition.consents if CONTACT_DATA in each.stops)
        return [_hear(message, _told(message, each, definition)) for each in consents]

    names = ("contact-consent-given", "contact-consent-withdrawn")
    return dict.fromkeys([type_name("intake", name) for name in names], react)


def _hear(message: Recorded[Contract], told: ConsentGiven | ConsentWithdrawn) -> Ask:
    stream = CONSENT.beside(message.key)

    def command(history: History) -> HearConsent:
        here = [recorded for recorded in history if not recorded.metadata.causation_id]
        return HearConsent(
            case=CASE.state(history, message.key), command=told, here=CONSENT.state(here, stream)
        )

    return Ask(CONSENT, stream, command, looks_at=[message.key])


def _told(
    message: Recorded[Contract], consent: Consent, definition: Definition
) -> ConsentGiven | ConsentWithdrawn:
    match message.event:
        case contracts.ContactConsentGiven(form=form):
            return ConsentGiven(
                consent=consent.code,
                form=form,
                scopes=tuple(sorted(scope.code for scope in consent.scopes)),
                studies=tuple(s.code for s in definition.studies if s.consent == consent.code),
                occurred=message.occurred,
            )
        case _:
            return ConsentWithdrawn(
                consent=consent.code, stops=consent.stops, occurred=message.occurred
            )
