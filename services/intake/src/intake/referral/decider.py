"""When a referral can be made, and how the desk's screening ends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.commands import StreamType
from events.decider import Decider, Rejected
from events.occurrence import UNKNOWN, Occurred
from intake.offer.decider import require_after_origin
from intake.referral.events import (
    CODEC,
    CriterionAssessed,
    Outcome,
    ReferralAccepted,
    ReferralEvent,
    ReferralMade,
    ReferralScreenedOut,
)


class Status(StrEnum):
    NEW = "new"
    MADE = "made"
    ACCEPTED = "accepted"
    SCREENED_OUT = "screened-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReferral:
    """`contact` is None where no consent to pass contact data stands; `agreed`: since when."""

    source: str
    organisation: UUID | None
    origin: str | None
    accepted: bool
    contact: UUID | None
    agreed: Occurred
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReferral:
    """`fits`: whether the outcomes satisfy the rule of the criteria version in force."""

    outcomes: Mapping[str, Outcome]
    fits: bool
    criteria_version: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenOutReferral:
    outcomes: Mapping[str, Outcome]
    reason: str
    criteria_version: int
    occurred: Occurred


ReferralCommand = MakeReferral | AcceptReferral | ScreenOutReferral


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    status: Status = Status.NEW
    source: str = ""
    organisation: UUID | None = None
    contact: UUID | None = None
    made: Occurred = UNKNOWN


def decide(command: ReferralCommand, referral: Referral) -> list[ReferralEvent]:
    match command:
        case MakeReferral():
            return _make(command, referral)
        case AcceptReferral():
            return _accept(command, referral)
        case ScreenOutReferral():
            return _screen_out(command, referral)
        case _:
            assert_never(command)


def evolve(referral: Referral, event: ReferralEvent) -> Referral:
    match event:
        case ReferralMade():
            return Referral(
                status=Status.MADE,
                source=event.source,
                organisation=event.organisation,
                contact=event.contact,
                made=event.occurred,
            )
        case CriterionAssessed():
            return referral
        case ReferralAccepted():
            return replace(referral, status=Status.ACCEPTED)
        case ReferralScreenedOut():
            return replace(referral, status=Status.SCREENED_OUT)
        case _:
            assert_never(event)


def _make(command: MakeReferral, referral: Referral) -> list[ReferralEvent]:
    if referral.status is not Status.NEW:
        return []
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
            occurred=command.occurred,
        )
    ]


def _accept(command: AcceptReferral, referral: Referral) -> list[ReferralEvent]:
    if referral.status is Status.ACCEPTED:
        return []
    _require_screenable(command, referral)
    if not command.fits:
        raise Rejected("criteria-not-met", "The criteria in force do not admit this referral.")
    accepted = ReferralAccepted(
        criteria_version=command.criteria_version,
        organisation=referral.organisation,
        occurred=command.occurred,
    )
    return [*_assessed(command), accepted]


def _screen_out(command: ScreenOutReferral, referral: Referral) -> list[ReferralEvent]:
    if referral.status is Status.SCREENED_OUT:
        return []
    _require_screenable(command, referral)
    screened_out = ReferralScreenedOut(
        criteria_version=command.criteria_version,
        reason=command.reason,
        occurred=command.occurred,
    )
    return [*_assessed(command), screened_out]


def _require_screenable(command: AcceptReferral | ScreenOutReferral, referral: Referral) -> None:
    if referral.status is not Status.MADE:
        raise Rejected("referral-" + referral.status, f"The referral is {referral.status}.")
    if command.occurred.certainly_before(referral.made):
        raise Rejected("impossible-order", "A referral is not screened before it is made.")


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


def contact_of(referral: Referral, allowed: UUID | None) -> UUID:
    """The vault record to pass on: `allowed` by the candidate now, or of who came without offer."""
    contact = allowed if referral.organisation else referral.contact
    if contact is None:
        raise _no_consent()
    return contact


def _no_consent() -> Rejected:
    return Rejected("no-contact-consent", "No consent to pass on contact data stands.")


referral_decider = Decider(Referral(), decide, evolve)
REFERRAL = StreamType("referral", referral_decider, CODEC)
