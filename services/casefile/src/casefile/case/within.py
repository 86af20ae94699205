"""What belongs to a case happened in one of its spells, however late it is recorded."""

from casefile.case.state import Case, Status
from events.decider import Rejected
from events.occurrence import Occurred


def require_within(case: Case, occurred: Occurred) -> None:
    if case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if occurred.certainly_before(case.opened):
        raise Rejected("impossible-order", "This cannot have happened before the case opened.")
    if not any(spell.has_within(occurred) for spell in case.spells.values()):
        raise Rejected("case-closed", "The case was closed when this happened.")
