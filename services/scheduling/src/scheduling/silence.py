"""When a deadline is silent: a consent to reminders was withdrawn, or the case has ended."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from events.commands import History
from events.history import FOREVER
from programmes.deadline import Deadline
from programmes.loader import Programmes, UnknownProgramme
from scheduling.consent.decider import CONSENT, REMINDERS
from scheduling.deadline.decider import DEADLINE
from scheduling.spell.decider import SPELL

GoingOn = AbstractSet[tuple[str, int, str]]
"""Programme, its version and policy of each deadline that goes on after closing."""


def grounds(case_id: UUID) -> list[UUID]:
    """The streams that `is_silent` looks at."""
    return [CONSENT.beside(case_id), SPELL.beside(case_id)]


def is_silent(
    policy: Deadline | None, history: History, case_id: UUID, at: datetime = FOREVER
) -> bool:
    """As it stood at a moment: `history` has all streams of the case."""
    consents = CONSENT.state(history, CONSENT.beside(case_id)).before(at)
    return REMINDERS in consents.stopped or is_dormant(policy, history, case_id, at)


def is_dormant(
    policy: Deadline | None, history: History, case_id: UUID, at: datetime = FOREVER
) -> bool:
    """Whether the case is closed, and its deadline with it.

    A policy that is not defined any more ends with the case.
    """
    goes_on = policy is not None and policy.after_closing
    return SPELL.state(history, SPELL.beside(case_id)).before(at).ended and not goes_on


def policy_of(programmes: Programmes, history: History, stream: UUID) -> Deadline | None:
    """That of a deadline which was set; None where the programme or its version is not here."""
    try:
        return programmes.of(history).deadline(DEADLINE.state(history, stream).policy)
    except UnknownProgramme:
        return None


def going_on(programmes: Programmes) -> GoingOn:
    return frozenset(
        (definition.code, definition.version, deadline.policy)
        for definition in programmes.definitions
        for deadline in definition.deadlines
        if deadline.after_closing
    )
