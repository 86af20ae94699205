"""All views of this service."""

from analytics.views.caseload import caseload
from analytics.views.effort import EFFORT
from analytics.views.milestones import milestones
from analytics.views.needs import NEEDS
from analytics.views.offers import OFFERS
from analytics.views.progress import PROGRESS
from analytics.views.scores import SCORES
from analytics.views.screenings import SCREENINGS
from events.views import View
from programmes.loader import Programmes


def every(programmes: Programmes) -> list[View]:
    return [
        OFFERS,
        PROGRESS,
        caseload(programmes),
        EFFORT,
        NEEDS,
        SCORES,
        SCREENINGS,
        milestones(programmes),
    ]
