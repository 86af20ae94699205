"""When the origin was, and what is thought of it: told late or more than once, and put right."""

from dataclasses import replace
from uuid import UUID

from events.decider import Rejected
from events.occurrence import Occurred
from intake.offer.commands import AssessOrigin, DateOrigin
from intake.offer.events import OfferEvent, OriginAssessed, OriginCorrected

Assessments = tuple[OriginAssessed, ...]


def is_dated_anew(command: DateOrigin, known: str | None) -> bool:
    """Raises Rejected where what is told, or its being told, certainly came before that date."""
    if command.origin == known:
        return False
    origin = Occurred.parse(command.origin)
    for told in (*command.told, command.occurred):
        if told.certainly_before(origin):
            said = f"The origin cannot lie after what is told to have followed it: {told}."
            raise Rejected("impossible-order", said)
    return True


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
        organisation=event.organisation,
        criteria_version=event.criteria_version,
        occurred=event.occurred,
    )
    if all(each.assessment != told.assessment for each in known):
        return (*known, told)
    return tuple(told if each.assessment == told.assessment else each for each in known)


def assess(
    command: AssessOrigin, known: Assessments, *, pending: bool, organisation: UUID | None
) -> list[OfferEvent]:
    """Nothing where that is what was told last of it."""
    told = OriginAssessed(
        assessment=command.assessment,
        status=command.status,
        kind=command.kind,
        consequence=command.consequence,
        pending=pending,
        organisation=organisation,
        criteria_version=command.criteria_version,
        occurred=command.occurred,
    )
    earlier = next((each for each in known if each.assessment == told.assessment), None)
    if earlier is not None and _as_now(earlier, told) == told:
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
            organisation=organisation,
            criteria_version=told.criteria_version,
            corrects=command.corrects,
            occurred=told.occurred,
        )
    ]


def _as_now(earlier: OriginAssessed, told: OriginAssessed) -> OriginAssessed:
    """With what nobody tells, since it follows from the rest or was not always kept."""
    return replace(
        earlier,
        pending=told.pending,
        organisation=told.organisation,
        criteria_version=told.criteria_version,
    )
