"""When consent is given and withdrawn, and what has ended by that."""

from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, Status
from casefile.consent.events import (
    CODEC,
    ConsentEvent,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
)
from casefile.consent.work import work
from events.commands import History, StreamType
from events.decider import Decider, Rejected
from events.history import displacing, latest, repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class HearConsent(OnCase[ConsentGiven | ConsentWithdrawn]):
    """As another service told: a withdrawal is kept also of a case that did not open yet.

    Whether the referral was heard by then must not decide what ended. Consent that undoes no
    withdrawal says nothing of such a case: what is fetched once it opens asks for it anyway.
    `here`: what was told in this service, of which nobody knows what on a day came first.
    """

    here: "Consents"


ConsentCommand = OnCase[ConsentGiven | ConsentWithdrawn | ConsentRefused]

ACCESS = "access"
CONTACT_DATA = "contact-data"
_displaces = displacing(ConsentGiven, ConsentWithdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """All that was told; of each consent counts what happened last, however late it was told."""

    told: tuple[ConsentEvent, ...] = ()

    @property
    def standing(self) -> dict[str, ConsentGiven | ConsentWithdrawn]:
        told = (e for e in self.told if not isinstance(e, ConsentRefused))
        return latest(told, attrgetter("consent"), _displaces)

    @property
    def refused(self) -> dict[str, ConsentRefused]:
        """Of those that were never given nor withdrawn."""
        told = (e for e in self.told if isinstance(e, ConsentRefused))
        last = latest(told, attrgetter("consent"))
        return {consent: e for consent, e in last.items() if consent not in self.standing}

    @property
    def stopped(self) -> frozenset[str]:
        """What has ended by a withdrawal, and has not begun again."""
        withdrawn = (e for e in self.standing.values() if isinstance(e, ConsentWithdrawn))
        return frozenset(stop for event in withdrawn for stop in event.stops)

    def may_withdraw_after(self, told: ConsentEvent) -> bool:
        """Whether a withdrawal stands that may have followed this consent."""
        now = self.standing.get(told.consent)
        if not (isinstance(told, ConsentGiven) and isinstance(now, ConsentWithdrawn)):
            return False
        return not now.occurred.certainly_before(told.occurred)

    @property
    def studies(self) -> frozenset[str]:
        given = (e for e in self.standing.values() if isinstance(e, ConsentGiven))
        return frozenset(study for event in given for study in event.studies)


def decide(asked: ConsentCommand, consents: Consents) -> list[ConsentEvent]:
    """Consent is not bound to the time of the case: the first comes before, a study's may last.

    What says again what stands is told too: who withdrew twice has withdrawn on the second day.
    """
    told = asked.command
    if isinstance(told, ConsentRefused):
        return _refuse(told, asked.case, consents)
    now = consents.standing.get(told.consent)
    if asked.case.status is Status.NEW:
        if not isinstance(asked, HearConsent):
            raise Rejected("case-new", "The case is not open yet.")
        if isinstance(told, ConsentGiven) and now is None:
            return []
    if isinstance(asked, HearConsent) and asked.here.may_withdraw_after(told):
        return []
    return [] if repeats(told, consents.told, now, _displaces) else [told]


def _refuse(told: ConsentRefused, case: Case, consents: Consents) -> list[ConsentEvent]:
    """Before it was given somebody may have said no; after that they withdraw it."""
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if told in consents.told:
        return []
    stands = consents.standing.get(told.consent)
    if stands and not told.occurred.certainly_before(stands.occurred):
        how = "given" if isinstance(stands, ConsentGiven) else "withdrawn"
        raise Rejected(f"consent-{how}", f"This consent was {how}: {stands.occurred}.")
    return [told]


def evolve(consents: Consents, event: ConsentEvent) -> Consents:
    return Consents(told=(*consents.told, event))


consent_decider = Decider(Consents(), decide, evolve)
CONSENT = StreamType("consent", consent_decider, CODEC, work)


def has_ended(stop: str, known: History, case_id: UUID) -> bool:
    """Whether this ended on a case by a withdrawal, out of all facts of the case."""
    return stop in CONSENT.decided(known, CONSENT.beside(case_id)).stopped
