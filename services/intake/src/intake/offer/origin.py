"""What is thought of the origin: assessed once or more, learnt late, and put right."""

from dataclasses import replace

from events.decider import Rejected
from events.occurrence import Occurred
from intake.offer.commands import AssessOrigin
from intake.offer.events import OfferEvent, OriginAssessed, OriginCorrected

Assessments = tuple[OriginAssessed, ...]


def latest(one: Occurred, other: Occurred) -> Occurred:
    """The one that began later; what happened at an unknown time is not known to be later."""
    if one.at is None or (other.at is not None and other.at >= one.at):
        return other
    return one


def assessed(known: Assessments, event: OriginAssessed | OriginCorrected) -> Assessments:
    """A correction takes the place of what it corrects, also where that is not in the fold."""
    told = OriginAssessed(
        assessment=event.assessment,
        status=event.status,
        kind=event.kind,
        consequence=event.consequence,
        pending=event.pending,
        occurred=event.occurred,
    )
    if all(each.assessment != told.assessment for each in known):
        return (*known, told)
    return tuple(told if each.assessment == told.assessment else each for each in known)


def assess(command: AssessOrigin, known: Assessments, *, pending: bool) -> list[OfferEvent]:
    """Nothing where that is what was told last of it."""
    told = OriginAssessed(
        assessment=command.assessment,
        status=command.status,
        kind=command.kind,
        consequence=command.consequence,
        pending=pending,
        occurred=command.occurred,
    )
    earlier = next((each for each in known if each.assessment == told.assessment), None)
    if earlier is not None and replace(earlier, pending=pending) == told:
        return []
    if command.corrects is None and earlier is None:
        return [told]
    if command.corrects is None or earlier is None:
        raise Rejected("no-such-assessment", "There is no such assessment to correct.")
    return [
        OriginCorrected(
            assessment=told.assessment,
            status=told.status,
            kind=told.kind,
            consequence=told.consequence,
            pending=pending,
            corrects=command.corrects,
            occurred=told.occurred,
        )
    ]
