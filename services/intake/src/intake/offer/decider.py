"""Who may be offered case management, how often, and what counts as an answer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import assert_never

from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import Occurred, civil_day
from intake.offer.commands import (
    AcceptOffer,
    AssessOrigin,
    Attempts,
    Consent,
    DateOrigin,
    DeclineOffer,
    GiveConsent,
    IdentifyCandidate,
    MakeOffer,
    NoteNoResponse,
    OfferCommand,
    Step,
)
from intake.offer.events import (
    CODEC,
    CandidateIdentified,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferEvent,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
    OriginDated,
)
from intake.offer.origin import assess, is_dated_anew
from intake.offer.state import Offer, Status, Told, evolve, fact, may_refer


def decide(command: OfferCommand, offer: Offer) -> list[OfferEvent]:
    match command:
        case CandidateIdentified():
            return _identify(command, offer)
        case IdentifyCandidate():
            identified = _identify(command.identified, offer)
            return [*identified, command.assessed] if identified else []
        case AssessOrigin():
            return _assess(command, offer)
        case DateOrigin():
            return _date(command, offer)
        case _:
            _require_order(command.occurred, offer)
            return _step(command, offer)


def _step(command: Step, offer: Offer) -> list[OfferEvent]:
    match command:
        case MakeOffer():
            return _make(command, offer)
        case OfferWithheld():
            return _withhold(command, offer)
        case GiveConsent():
            return _give_consent(command, offer)
        case AcceptOffer():
            return _accept(command, offer)
        case DeclineOffer():
            return _decline(command, offer)
        case NoteNoResponse():
            return _note_no_response(command, offer)
        case ContactConsentWithdrawn():
            return [command] if offer.contact else []
        case _:
            assert_never(command)


def _require_order(occurred: Occurred, offer: Offer) -> None:
    if occurred.certainly_before(offer.latest):
        said = f"This cannot have happened before what is told of the offer: {offer.latest}."
        raise Rejected("impossible-order", said)


def require_after_origin(occurred: Occurred, origin: str | None) -> None:
    if origin and occurred.certainly_before(Occurred.parse(origin)):
        raise Rejected("impossible-order", "This cannot have happened before its origin.")


def _require(offer: Offer, *statuses: Status) -> None:
    if offer.status not in statuses:
        raise Rejected("offer-" + offer.status, f"The offer is {offer.status}; this cannot follow.")


def _identify(told: CandidateIdentified, offer: Offer) -> list[OfferEvent]:
    if offer.organisation == told.organisation:
        return []
    _require(offer, Status.NEW)
    require_after_origin(told.occurred, told.origin)
    return [told]


def _assess(command: AssessOrigin, offer: Offer) -> list[OfferEvent]:
    """Learnt at any time, before or after any step: only the origin itself comes first."""
    if offer.status is Status.NEW:
        raise Rejected("offer-new", "Nobody was identified; there is nothing to assess.")
    require_after_origin(command.occurred, offer.origin)
    pending = offer.status is Status.IDENTIFIED
    known = offer.assessments
    return assess(command, known, pending=pending, organisation=offer.organisation)


def _date(command: DateOrigin, offer: Offer) -> list[OfferEvent]:
    if offer.status is Status.NEW:
        raise Rejected("offer-new", "Nobody was identified; there is no origin to date.")
    if not is_dated_anew(command, offer.origin):
        return []
    return [OriginDated(origin=command.origin, occurred=command.occurred)]


def _make(command: MakeOffer, offer: Offer) -> list[OfferEvent]:
    """A silent, declined or withheld candidate may be offered (again); each try is an attempt."""
    _require(offer, *set(Status) - {Status.NEW, Status.ACCEPTED})
    if offer.final:
        raise Rejected("offer-final", "The candidate asked not to be asked again.")
    if command.most is not None and offer.attempts >= command.most:
        raise Rejected("too-many-attempts", f"The programme allows {command.most} attempts.")
    return [
        OfferMade(
            attempt=offer.attempts + 1,
            channel=command.channel,
            by_function=command.by_function,
            leaflet=command.leaflet,
            recipient=command.recipient,
            route=command.route,
            wording=command.wording,
            forwards=command.forwards,
            occurred=command.occurred,
        )
    ]


def _is_known(told: Told, offer: Offer, *, heard: bool = True) -> bool:
    """Raises Rejected where something else is known in its place, or nobody may hear what."""
    if type(told) is not type(offer.told):
        return False
    if not heard or fact(told) != offer.told:
        raise already_known("What came of this offer", offer.told.occurred, offer.status)
    return True


def _withhold(told: OfferWithheld, offer: Offer) -> list[OfferEvent]:
    if _is_known(told, offer):
        return []
    _require(offer, Status.IDENTIFIED)
    return [told]


def _require_own(offer: Offer, *, by_programme: bool) -> None:
    """Who asked only whether to refer knows a no or silence to that, until it is referred."""
    if offer.forwarded and not by_programme:
        raise Rejected("offer-forwarded", "Whoever is referred to offers, and tells the answer.")


def _consented(consent: Consent | None, offer: Offer, occurred: Occurred) -> list[OfferEvent]:
    if consent is None or consent.contact == offer.contact:
        return []
    return [ContactConsentGiven(form=consent.form, contact=consent.contact, occurred=occurred)]


def _give_consent(command: GiveConsent, offer: Offer) -> list[OfferEvent]:
    if not may_refer(offer):
        raise Rejected("offer-not-accepted", "Nobody agreed yet to what the data would be for.")
    return _consented(command.consent, offer, command.occurred)


def _accept(command: AcceptOffer, offer: Offer) -> list[OfferEvent]:
    """A yes may come months after a no; consent may come later, with the yes told again."""
    _require_own(offer, by_programme=command.by_programme)
    _require(offer, Status.OFFERED, Status.DECLINED, Status.UNANSWERED, Status.ACCEPTED)
    consented = _consented(command.consent, offer, command.occurred)
    accepted = OfferAccepted(
        attempt=offer.attempts,
        reasons=command.reasons,
        explanation=command.explanation,
        occurred=command.occurred,
    )
    if consented and isinstance(offer.told, OfferAccepted):
        accepted = replace(accepted, occurred=offer.told.occurred)
    return consented if _is_known(accepted, offer, heard=command.heard) else [accepted, *consented]


def _decline(command: DeclineOffer, offer: Offer) -> list[OfferEvent]:
    """After a no it may be told that it is the last word."""
    _require_own(offer, by_programme=command.by_programme or not command.referred)
    if command.referred and offer.status is Status.ACCEPTED:
        raise Rejected("already-referred", "The candidate was referred; the offer stands accepted.")
    _require(offer, Status.OFFERED, Status.UNANSWERED, Status.ACCEPTED, Status.DECLINED)
    again_on = None if command.final else _again_on(command.attempts, offer, command.occurred)
    declined = OfferDeclined(
        attempt=offer.attempts,
        reasons=command.reasons,
        final=command.final,
        again_on=again_on,
        explanation=command.explanation,
        occurred=command.occurred,
    )
    last_word = command.final and not offer.final
    if not last_word and _is_known(declined, offer, heard=command.heard):
        return []
    return [declined]


def _note_no_response(command: NoteNoResponse, offer: Offer) -> list[OfferEvent]:
    _require_own(offer, by_programme=command.by_programme or not command.referred)
    unanswered = OfferUnanswered(
        attempt=offer.attempts,
        again_on=_again_on(command.attempts, offer, command.occurred),
        explanation=command.explanation,
        occurred=command.occurred,
    )
    if _is_known(unanswered, offer):
        return []
    _require(offer, Status.OFFERED)
    return [unanswered]


def _again_on(policy: Attempts | None, offer: Offer, occurred: Occurred) -> date | None:
    if policy is None or offer.attempts >= policy.most:
        return None
    failed_on = civil_day(occurred.at) if occurred.at else policy.told_on
    return failed_on + timedelta(days=policy.again_after_days)


offer_decider = Decider(Offer(), decide, evolve)
OFFER = StreamType("offer", offer_decider, CODEC)
