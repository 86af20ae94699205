"""What is known of an offer, as its events tell it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from events.occurrence import UNKNOWN, Occurred
from intake.offer.events import (
    CandidateIdentified,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferEvent,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
    OriginAssessed,
    OriginCorrected,
    OriginDated,
)
from intake.offer.origin import assessed, latest

Told = OfferWithheld | OfferAccepted | OfferDeclined | OfferUnanswered


class Status(StrEnum):
    NEW = "new"
    IDENTIFIED = "identified"
    OFFERED = "offered"
    WITHHELD = "withheld"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Only what `decide` needs; `latest` is the time of the last step: the next one follows.

    `assessments` of the origin are as they were told last, in the order of the facts folded.
    `forwarded`: the last attempt asked only for consent; `final`: no further attempt is wanted.
    `channel` is that of the last attempt.
    `told`: why there is no attempt, or the last answer to the last one, without words and policy.
    """

    status: Status = Status.NEW
    organisation: UUID | None = None
    source: str = ""
    origin: str | None = None
    assessments: tuple[OriginAssessed, ...] = ()
    attempts: int = 0
    channel: str | None = None
    forwarded: bool = False
    final: bool = False
    told: Told | None = None
    consent: ContactConsentGiven | None = None
    latest: Occurred = UNKNOWN

    @property
    def contact(self) -> UUID | None:
        """What may be passed on."""
        return self.consent.contact if self.consent else None


def evolve(offer: Offer, event: OfferEvent) -> Offer:
    match event:
        case OriginAssessed() | OriginCorrected():
            return replace(offer, assessments=assessed(offer.assessments, event))
        case OriginDated(origin=origin):
            return replace(offer, origin=origin)
        case _:
            return _evolve(replace(offer, latest=latest(offer.latest, event.occurred)), event)


def _evolve(
    offer: Offer,
    event: CandidateIdentified
    | OfferMade
    | OfferWithheld
    | OfferAccepted
    | OfferDeclined
    | OfferUnanswered
    | ContactConsentGiven
    | ContactConsentWithdrawn,
) -> Offer:
    match event:
        case CandidateIdentified(organisation=organisation, source=source, origin=origin):
            named = replace(offer, organisation=organisation, source=source, origin=origin)
            return replace(named, status=Status.IDENTIFIED)
        case OfferMade(attempt=attempt, channel=channel, forwards=forwards):
            made = replace(offer, status=Status.OFFERED, told=None)
            return replace(made, attempts=attempt, channel=channel, forwarded=forwards)
        case OfferWithheld():
            return replace(offer, status=Status.WITHHELD, told=fact(event))
        case OfferAccepted():
            return replace(offer, status=Status.ACCEPTED, final=False, told=fact(event))
        case OfferDeclined(final=final):
            return replace(offer, status=Status.DECLINED, final=final, told=fact(event))
        case OfferUnanswered():
            return replace(offer, status=Status.UNANSWERED, told=fact(event))
        case ContactConsentGiven():
            return replace(offer, consent=event)
        case ContactConsentWithdrawn():
            return replace(offer, consent=None)
        case _:
            assert_never(event)


def may_refer(offer: Offer) -> bool:
    """Whoever accepted, and whoever is to be offered support by those who get the referral."""
    forwarded = offer.forwarded and offer.status is Status.OFFERED
    return forwarded or offer.status is Status.ACCEPTED


def fact(told: Told) -> Told:
    """By which a repetition is known: not people's own words, nor the day of the next attempt."""
    match told:
        case OfferAccepted(reasons=reasons):
            return replace(told, reasons=tuple(sorted(reasons)), explanation=None)
        case OfferDeclined(reasons=reasons):
            return replace(told, reasons=tuple(sorted(reasons)), explanation=None, again_on=None)
        case OfferUnanswered():
            return replace(told, explanation=None, again_on=None)
        case OfferWithheld():
            return replace(told, explanation=None)
