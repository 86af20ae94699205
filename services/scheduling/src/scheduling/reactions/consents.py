"""A case's consents, team and spells decide what is done here on it, and by whom."""

from collections.abc import Mapping
from typing import Any

from events.commands import History, StreamType
from events.consumer import Ask, Reaction
from events.contracts import casefile as contracts
from events.contracts import type_name
from events.contracts.contract import Contract
from events.store import Recorded
from scheduling.appointment.decider import APPOINTMENT, StopAppointments
from scheduling.consent.decider import APPOINTMENTS, CONSENT, has_stopped
from scheduling.consent.events import ConsentEvent, ConsentGiven, ConsentWithdrawn
from scheduling.reactions import spells, team
from scheduling.spell.decider import SPELL
from scheduling.team.decider import TEAM

GROUP = "scheduling.consents"
"""Of its own, so that no withdrawal waits behind a deadline that cannot be set."""
SOURCES = ("casefile",)


def _react(message: Recorded[Contract]) -> list[Ask]:
    """In this order: each has its own row in the inbox, by its place. New ones go last."""
    consent = _told(message)
    ends = isinstance(consent, ConsentWithdrawn) and APPOINTMENTS in consent.stops
    return [
        *_keep(CONSENT, message, consent),
        *([_stop_appointments(message)] if ends else []),
        *_keep(TEAM, message, team.told(message)),
        *_keep(SPELL, message, spells.told(message)),
    ]


def _keep(
    stream_type: StreamType[Any, Any, Any], message: Recorded[Contract], told: object
) -> list[Ask]:
    return [Ask(stream_type, stream_type.beside(message.key), told)] if told else []


def _stop_appointments(message: Recorded[Contract]) -> Ask:
    """Those that start once it was withdrawn; where only a month is known, once that was over."""
    since = min(message.occurred.end or message.recorded_at, message.recorded_at)

    def command(history: History) -> StopAppointments:
        stopped = has_stopped(APPOINTMENTS, history, message.key)
        return StopAppointments(since=since, stopped=stopped, occurred=message.occurred)

    return Ask(APPOINTMENT, APPOINTMENT.beside(message.key), command)


def _told(message: Recorded[Contract]) -> ConsentEvent | None:
    """All are kept: what a consent stops may be otherwise in another version of the programme."""
    match message.event:
        case contracts.ConsentWithdrawn(consent=consent, stops=stops):
            return ConsentWithdrawn(consent=consent, stops=tuple(stops), occurred=message.occurred)
        case contracts.ConsentGiven(consent=consent):
            return ConsentGiven(consent=consent, occurred=message.occurred)
    return None


OF_CONSENTS = frozenset(
    type_name("casefile", name) for name in ("consent-given", "consent-withdrawn")
)
REACTIONS: Mapping[str, Reaction] = dict.fromkeys(
    OF_CONSENTS | team.OF_TEAMS | spells.OF_SPELLS, _react
)
ENDS_SILENCE = OF_CONSENTS | {spells.BEGINS}
"""What may say that a deadline was not to pass in silence."""
