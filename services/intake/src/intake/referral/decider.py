"""When a referral can be made, how it ends, and which others may be the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.occurrence import UNKNOWN, Occurred
from intake.offer.commands import DateOrigin
from intake.offer.decider import require_after_origin
from intake.offer.events import ContactConsentGiven, Known
from intake.offer.origin import is_dated_anew
from intake.referral.commands import (
    AcceptReferral,
    MakeReferral,
    ReferralCommand,
    ScreenOutReferral,
)
from intake.referral.events import (
    CODEC,
    CriterionAssessed,
    ReferralAccepted,
    ReferralConsentGiven,
    ReferralConsentWithdrawn,
    ReferralEvent,
    ReferralLinked,
    ReferralMade,
    ReferralOriginDated,
    ReferralScreenedOut,
    ReferralUnlinked,
    ReferralWithdrawn,
)

Consented = ContactConsentGiven | ReferralMade | ReferralConsentGiven
"""With the offer, with the referral, or anew."""


class Status(StrEnum):
    NEW = "new"
    MADE = "made"
    ACCEPTED = "accepted"
    SCREENED_OUT = "screened-out"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """`consent` as it stands, where it was not given with an offer; `links` are others.

    `ended` is how it was decided on or taken back, `outcomes` what was assessed in that.
    """

    status: Status = Status.NEW
    source: str = ""
    organisation: UUID | None = None
    origin: str | None = None
    consent: ReferralMade | ReferralConsentGiven | None = None
    links: frozenset[UUID] = frozenset()
    made: Occurred = UNKNOWN
    outcomes: Mapping[str, Known] = field(default_factory=dict)
    ended: ReferralAccepted | ReferralScreenedOut | ReferralWithdrawn | None = None
    consent_withdrawn: ReferralConsentWithdrawn | None = None


def decide(command: ReferralCommand, referral: Referral) -> list[ReferralEvent]:
    match command:
        case MakeReferral():
            return _make(command, referral)
        case AcceptReferral():
            return _accept(command, referral)
        case ScreenOutReferral():
            return _screen_out(command, referral)
        case ReferralWithdrawn():
            return _withdraw(command, referral)
        case ReferralConsentGiven() | ReferralConsentWithdrawn():
            return _consent(command, referral)
        case ReferralLinked() | ReferralUnlinked():
            return _link(command, referral)
        case DateOrigin():
            return _date(command, referral)
        case _:
            assert_never(command)


def evolve(referral: Referral, event: ReferralEvent) -> Referral:
    match event:
        case ReferralMade():
            return replace(
                referral,
                status=Status.MADE,
                source=event.source,
                organisation=event.organisation,
                origin=event.origin,
                consent=None if event.organisation else event,
                made=event.occurred,
            )
        case CriterionAssessed(criterion=criterion, outcome=outcome):
            return replace(referral, outcomes={**referral.outcomes, criterion: outcome})
        case ReferralAccepted():
            return replace(referral, status=Status.ACCEPTED, ended=event)
        case ReferralScreenedOut():
            return replace(referral, status=Status.SCREENED_OUT, ended=event)
        case ReferralWithdrawn():
            return replace(referral, status=Status.WITHDRAWN, ended=event)
        case ReferralConsentGiven():
            return replace(referral, consent=event)
        case ReferralConsentWithdrawn():
            return replace(referral, consent=None, consent_withdrawn=event)
        case ReferralLinked(other=other):
            return replace(referral, links=referral.links | {other})
        case ReferralUnlinked(other=other):
            return replace(referral, links=referral.links - {other})
        case ReferralOriginDated(origin=origin):
            return replace(referral, origin=origin)
        case _:
            assert_never(event)


def _make(command: MakeReferral, referral: Referral) -> list[ReferralEvent]:
    if referral.status is Status.WITHDRAWN:
        raise _refused(referral)
    if referral.status is not Status.NEW:
        if command.occurred == referral.made:
            return []
        raise already_known("This referral", referral.made)
    if not command.accepted:
        raise Rejected("offer-not-accepted", "Only who accepted the offer is referred.")
    if command.contact is None:
        raise _no_consent()
    require_after_origin(command.occurred, command.origin)
    if command.occurred.certainly_before(command.agreed):
        raise Rejected("impossible-order", "A referral is not made before the candidate agrees.")
    return [
        ReferralMade(
            source=command.source,
            organisation=command.organisation,
            origin=command.origin,
            contact=command.contact,
            form=command.form,
            occurred=command.occurred,
        )
    ]


def _accept(command: AcceptReferral, referral: Referral) -> list[ReferralEvent]:
    accepted = ReferralAccepted(
        criteria_version=command.criteria_version,
        organisation=referral.organisation,
        led=command.led,
        occurred=command.occurred,
    )
    if _is_known(accepted, referral, command.outcomes):
        return []
    _require_open(command.occurred, referral)
    if not command.fits:
        raise Rejected("criteria-not-met", "The criteria in force do not admit this referral.")
    return [*_assessed(command), accepted]


def _screen_out(command: ScreenOutReferral, referral: Referral) -> list[ReferralEvent]:
    screened_out = ReferralScreenedOut(
        criteria_version=command.criteria_version,
        reason=command.reason,
        explanation=command.explanation,
        occurred=command.occurred,
    )
    if _is_known(screened_out, referral, command.outcomes):
        return []
    _require_open(command.occurred, referral)
    return [*_assessed(command), screened_out]


def _withdraw(told: ReferralWithdrawn, referral: Referral) -> list[ReferralEvent]:
    if _is_known(told, referral, referral.outcomes):
        return []
    _require_open(told.occurred, referral)
    return [told]


def _is_known(
    told: ReferralAccepted | ReferralScreenedOut | ReferralWithdrawn,
    referral: Referral,
    outcomes: Mapping[str, Known],
) -> bool:
    """Of words only whether there are any, and not what led to it: that may be known otherwise now.

    Raises Rejected where it ended so, but otherwise.
    """
    known = referral.ended
    if known and _said(known) == _said(told) and outcomes == referral.outcomes:
        return True
    if type(known) is type(told):
        raise already_known("What became of this referral", known.occurred, referral.status)
    return False


def _said(end: ReferralAccepted | ReferralScreenedOut | ReferralWithdrawn) -> object:
    if isinstance(end, ReferralAccepted):
        return end.criteria_version, end.occurred
    return replace(end, explanation=None), end.explanation is None


def _consent(
    told: ReferralConsentGiven | ReferralConsentWithdrawn, referral: Referral
) -> list[ReferralEvent]:
    """Who came by an offer consents, and takes it back, where the offer is."""
    if referral.status is Status.NEW:
        raise _refused(referral)
    if referral.organisation:
        raise Rejected("consent-of-the-offer", "This consent was given with the offer.")
    _require_after(told.occurred, referral)
    if isinstance(told, ReferralConsentGiven):
        known = referral.consent and referral.consent.contact == told.contact
        return [] if known else [told]
    if referral.consent:
        return [told]
    if (withdrawn := referral.consent_withdrawn) in (None, told):
        return []
    raise already_known("The withdrawal of this consent", withdrawn.occurred)


def _link(told: ReferralLinked | ReferralUnlinked, referral: Referral) -> list[ReferralEvent]:
    """Says what the desk found, and merges nothing: each referral goes its own way."""
    if referral.status is Status.NEW:
        raise _refused(referral)
    linked = told.other in referral.links
    return [] if linked == isinstance(told, ReferralLinked) else [told]


def _date(command: DateOrigin, referral: Referral) -> list[ReferralEvent]:
    """Of who came by an offer it is dated where that is."""
    if referral.status is Status.NEW:
        raise _refused(referral)
    if referral.organisation:
        raise Rejected("origin-of-the-offer", "A candidate's origin is dated at the candidate.")
    if not is_dated_anew(command, referral.origin):
        return []
    return [ReferralOriginDated(origin=command.origin, occurred=command.occurred)]


def _refused(referral: Referral) -> Rejected:
    return Rejected("referral-" + referral.status, f"The referral is {referral.status}.")


def _require_open(occurred: Occurred, referral: Referral) -> None:
    if referral.status is not Status.MADE:
        raise _refused(referral)
    _require_after(occurred, referral)


def _require_after(occurred: Occurred, referral: Referral) -> None:
    if occurred.certainly_before(referral.made):
        raise Rejected("impossible-order", "Nothing follows a referral before it is made.")


def _assessed(command: AcceptReferral | ScreenOutReferral) -> list[ReferralEvent]:
    return [
        CriterionAssessed(
            criterion=criterion,
            outcome=outcome,
            criteria_version=command.criteria_version,
            occurred=command.occurred,
        )
        for criterion, outcome in command.outcomes.items()
    ]


def consent_of(referral: Referral, offered: ContactConsentGiven | None) -> Consented | None:
    """Which one stands: that which came with the offer, or else with the referral."""
    return offered or referral.consent


def contact_of(referral: Referral, offered: ContactConsentGiven | None) -> UUID:
    """The vault record to pass on."""
    consent = consent_of(referral, offered)
    if consent is None:
        raise _no_consent()
    return consent.contact


def _no_consent() -> Rejected:
    return Rejected("no-contact-consent", "No consent to pass on contact data stands.")


referral_decider = Decider(Referral(), decide, evolve)
REFERRAL = StreamType("referral", referral_decider, CODEC)
