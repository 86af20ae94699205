"""Who may do what in intake, and whom its records concern."""

from events.commands import History
from intake.codec import CODEC
from intake.offer.events import CandidateIdentified
from intake.organisation.events import OrganisationRegistered
from intake.referral.events import ReferralMade
from kit.access import AccessTable, Role, Scope

_STAFF = frozenset({Role.DESK, Role.TEAM_LEAD})
_REFERRER = frozenset({Role.REFERRER})
_ORGANISATIONS = frozenset({"organisations", "programmes"})
_CANDIDATES = frozenset({"candidates", "referrals"})

ACCESS: AccessTable = {
    "organisation:register": frozenset({Role.DESK}),
    "organisation:change-address": frozenset({Role.DESK}),
    "organisation:read": _STAFF | _REFERRER,
    "desk:read": _STAFF | {Role.SERVICE},
    "candidate:identify": _REFERRER,
    "candidate:read": _STAFF | _REFERRER,
    "origin:assess": _REFERRER,
    "origin:date": _REFERRER | {Role.DESK},
    "offer:make": _REFERRER,
    "offer:answer": _REFERRER | {Role.DESK},
    "forwarded-offer:answer": frozenset({Role.DESK}),
    "explanation:read": _REFERRER | {Role.DESK},
    "desk-answer:read": _STAFF,
    "contact-data:read": frozenset({Role.DESK, Role.SERVICE}),
    "referral:make": _REFERRER,
    "referral:enter": frozenset({Role.DESK}),
    "referral:read": _STAFF | _REFERRER,
    "referral:screen": frozenset({Role.DESK}),
    "referral:withdraw": _REFERRER | {Role.DESK},
    "referral:consent": frozenset({Role.DESK}),
    "referral:link": frozenset({Role.DESK}),
    "screening:read": frozenset({Role.DESK}),
}


def scope(history: History) -> Scope | None:
    """A candidate belongs to the organisation that identified it; a self-referral to none.

    A referral has the id of its candidate; a desk is found by its programme too.
    """
    for recorded in history:
        match CODEC.decode(recorded).event:
            case OrganisationRegistered():
                return Scope(organisation=recorded.stream, collections=_ORGANISATIONS)
            case (
                CandidateIdentified(organisation=organisation)
                | ReferralMade(organisation=organisation)
            ):
                return Scope(organisation=organisation, collections=_CANDIDATES)
            case _:
                continue
    return None
