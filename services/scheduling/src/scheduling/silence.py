"""When a deadline is silent: reminders need a consent that is withdrawn, or the case is closed."""

from datetime import datetime
from uuid import UUID

from events.commands import History
from events.history import FOREVER
from programmes.deadline import Deadline
from scheduling.consent.decider import CONSENT, REMINDERS
from scheduling.spell.decider import SPELL


def grounds(case_id: UUID) -> list[UUID]:
    """The streams that say so."""
    return [CONSENT.beside(case_id), SPELL.beside(case_id)]


def is_silent(
    policy: Deadline | None, history: History, case_id: UUID, at: datetime = FOREVER
) -> bool:
    """As it stood at a moment, of all that is known by now; `history` has all streams of the case.

    A policy that its programme no longer defines ends with the case.
    """
    consents = CONSENT.state(history, CONSENT.beside(case_id)).before(at)
    spells = SPELL.state(history, SPELL.beside(case_id)).before(at)
    goes_on = policy is not None and policy.after_closing
    return REMINDERS in consents.stopped or (spells.closed and not goes_on)
