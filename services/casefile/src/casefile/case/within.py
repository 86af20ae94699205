"""Between what times the facts of a case happened, however late they are recorded."""

from casefile.case.state import Case, Spell, Status
from events.decider import Rejected
from events.occurrence import Occurred


def require_within(case: Case, occurred: Occurred) -> None:
    """What belongs to a case happened in one of its spells."""
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if occurred.certainly_before(case.opened):
        raise Rejected("impossible-order", "This cannot have happened before the case opened.")
    if not any(spell.has_within(occurred) for spell in case.spells.values()):
        raise Rejected("case-closed", "The case was closed when this happened.")


def require_after_what_led(case: Case, spell: Spell, closed: Occurred) -> None:
    """A spell ends after it began, and after what in it led to its end."""
    firsts = [first.occurred for first in (case.first_contact, case.first_visit) if first]
    within = [first for first in firsts if spell.has_within(first)]
    led = (spell.opened, spell.winding_down, *within)
    if any(event and closed.certainly_before(event) for event in led):
        raise Rejected("impossible-order", "The case did not close before what led to that.")
