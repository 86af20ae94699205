"""An accepted referral opens a case; what intake tells of its origin, then or later, goes in."""

from dataclasses import replace
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import CASE, OpenCase
from casefile.case.events import Referral
from casefile.codec import CODEC
from casefile.origin.decider import ORIGIN, HearOrigin, OriginCommand
from casefile.origin.events import OriginHeard
from events.commands import History
from events.consumer import Ask, Reaction
from events.contracts import type_name
from events.contracts.contract import Contract
from events.contracts.intake import (
    OriginAssessed,
    OriginDated,
    OriginThought,
    ReferralAccepted,
)
from events.occurrence import Occurred, Precision
from events.store import Recorded


def open_case(message: Recorded[Contract]) -> list[Ask]:
    """What was told of the origin before comes with the acceptance: no case heard of it then."""
    match message.event:
        case ReferralAccepted() as accepted:
            referral = Referral(
                source=accepted.source,
                referred=accepted.referred,
                criteria_version=accepted.criteria_version,
                consented=accepted.consented,
                consent_form=accepted.consent_form,
                attempt=accepted.attempt,
                channel=accepted.channel,
                reasons=tuple(accepted.reasons),
            )
            command = OpenCase(
                organisation=accepted.organisation, referral=referral, occurred=message.occurred
            )
            heard = _with_referral(accepted, message)
            return [Ask(CASE, message.key, command), *([_hear(message, *heard)] if heard else [])]
        case _:
            return []


def hear_origin(message: Recorded[Contract]) -> list[Ask]:
    match message.event:
        case OriginAssessed() as assessed:
            return [_hear(message, _assessed(assessed, message, message.occurred))]
        case OriginDated(origin=origin):
            return [_hear(message, _dated(origin, message))]
        case _:
            return []


def _with_referral(accepted: ReferralAccepted, message: Recorded[Contract]) -> list[OriginHeard]:
    dated = [_dated(accepted.origin, message)] if accepted.origin else []
    thought = (
        _assessed(told, message, Occurred.parse(told.since or Precision.UNKNOWN))
        for told in accepted.assessments
    )
    return [*dated, *thought]


def _dated(origin: str, message: Recorded[Contract]) -> OriginHeard:
    return OriginHeard(position=message.position, origin=origin, occurred=message.occurred)


def _assessed(
    told: OriginAssessed | OriginThought, message: Recorded[Contract], since: Occurred
) -> OriginHeard:
    return OriginHeard(
        position=message.position,
        assessment=told.assessment,
        kind=told.kind,
        consequence=told.consequence,
        status=told.status,
        occurred=since,
    )


def _hear(message: Recorded[Contract], *told: OriginHeard) -> Ask:
    def command(history: History) -> OriginCommand:
        heard = tuple(replace(each, corrects=_corrects(each, history)) for each in told)
        case = CASE.state(history, message.key)
        return OnCase(case=case, command=HearOrigin(told=heard))

    return Ask(ORIGIN, ORIGIN.beside(message.key), command, looks_at=[message.key])


def _corrects(heard: OriginHeard, history: History) -> UUID | None:
    """An assessment that was told before is told anew."""
    if heard.assessment is None:
        return None
    return CODEC.told_last(history, "assessment", heard.assessment)


REACTIONS: dict[str, Reaction] = {
    type_name("intake", "referral-accepted"): open_case,
    type_name("intake", "origin-assessed"): hear_origin,
    type_name("intake", "origin-dated"): hear_origin,
}
