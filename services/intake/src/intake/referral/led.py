"""What led to a case: whom the case is opened for learns it with the accepted referral."""

from uuid import UUID

from events.commands import History
from events.occurrence import Occurred
from intake.offer.decider import OFFER
from intake.offer.events import OfferAccepted, OriginAssessed
from intake.referral.decider import REFERRAL, consent_of
from intake.referral.events import Led, Thought
from intake.referral.origins import origin_of


def led_by(history: History, case_id: UUID) -> Led:
    """In dates and codes, as known now; of a candidate who was offered support the yes too."""
    referral = REFERRAL.state(history, REFERRAL.beside(case_id))
    offer = OFFER.state(history, case_id)
    yes = offer.told if isinstance(offer.told, OfferAccepted) else None
    consent = consent_of(referral, offer.consent)
    return Led(
        source=referral.source or None,
        referred=_date(referral.made),
        consented=_date(consent.occurred) if consent else None,
        consent_form=consent.form if consent else None,
        origin=origin_of(history, case_id),
        assessments=tuple(map(_thought, offer.assessments)),
        attempt=yes.attempt if yes else None,
        channel=offer.channel if yes else None,
        reasons=yes.reasons if yes else (),
    )


def _thought(told: OriginAssessed) -> Thought:
    return Thought(
        assessment=told.assessment,
        since=_date(told.occurred),
        status=told.status,
        kind=told.kind,
        consequence=told.consequence,
    )


def _date(occurred: Occurred) -> str | None:
    """An instant by its day; None where nothing is known."""
    if occurred.at is None:
        return None
    return str(occurred.day or occurred)
