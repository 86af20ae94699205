"""What of a case has stopped by a withdrawal: what happened last counts, however late told."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from events.commands import History, StreamType
from events.decider import Decider
from events.history import displacing, latest, repeats
from scheduling.consent.events import CODEC, ConsentEvent, ConsentGiven, ConsentWithdrawn

ACCESS = "access"
APPOINTMENTS = "appointments"
REMINDERS = "reminders"
_displaces = displacing(ConsentGiven, ConsentWithdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    told: tuple[ConsentEvent, ...] = ()

    @property
    def standing(self) -> dict[str, ConsentEvent]:
        return latest(self.told, attrgetter("consent"), _displaces)

    @property
    def stopped(self) -> frozenset[str]:
        """One withdrawal is enough, whatever stands beside it."""
        withdrawn = (e for e in self.standing.values() if isinstance(e, ConsentWithdrawn))
        return frozenset(stop for event in withdrawn for stop in event.stops)

    def before(self, moment: datetime) -> "Consents":
        """As they stood then, of all that is known by now."""
        happened = (e for e in self.told if e.occurred.at is None or e.occurred.at < moment)
        return Consents(told=tuple(happened))


def decide(told: ConsentEvent, consents: Consents) -> list[ConsentEvent]:
    standing = consents.standing.get(told.consent)
    return [] if repeats(told, consents.told, standing, _displaces) else [told]


def evolve(consents: Consents, event: ConsentEvent) -> Consents:
    return Consents(told=(*consents.told, event))


consent_decider: Decider[Consents, ConsentEvent, ConsentEvent] = Decider(Consents(), decide, evolve)
CONSENT = StreamType("reminder", consent_decider, CODEC)
"""The name is in the ids of what was stored when reminders alone rested on consents."""


def has_stopped(stop: str, history: History, case_id: UUID) -> bool:
    """Whether this has stopped on a case, out of all streams of the case."""
    return stop in CONSENT.decided(history, CONSENT.beside(case_id)).stopped
