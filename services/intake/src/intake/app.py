"""Intake, put together: candidates, offers and referrals."""

from intake.access import ACCESS, scope
from intake.codec import CODEC
from intake.fingerprint import Fingerprints
from intake.offer import attempts
from intake.offer import router as offer
from intake.organisation import router as organisation
from intake.publish import publish
from intake.referral import consent, links, origins, screening
from intake.referral import router as referral
from intake.safe import Safe
from intake.views.candidates import CANDIDATES
from intake.views.referrals import REFERRALS
from kit.composition import Ground, Service
from kit.settings import Settings
from programmes.checking import vocabularies
from programmes.loader import Programmes, load


def compose(ground: Ground[Settings]) -> Service:
    programmes = load(ground.settings.programmes)
    fingerprints = Fingerprints(ground.settings.key_for("fingerprints"))
    return Service(
        routers=[
            organisation.router,
            offer.router,
            attempts.router,
            referral.router,
            screening.router,
            consent.router,
            links.router,
            origins.router,
        ],
        access=ACCESS,
        scope=scope,
        decode=CODEC.decode,
        vocabularies=vocabularies(programmes),
        publish=publish,
        views=[CANDIDATES, REFERRALS],
        parts={Programmes: programmes, Safe: Safe(ground.vault, fingerprints)},
    )
