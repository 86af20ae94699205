"""Puts the service together: its views, and the routers that read them."""

from collections.abc import Sequence

from fastapi import APIRouter

from analytics.figures import caseload, durations, funnel, offers
from analytics.views.caseload import CASELOAD
from analytics.views.milestones import milestones
from analytics.views.offers import OFFERS
from analytics.views.progress import PROGRESS
from events.views import View
from programmes import Programmes

ROUTERS: Sequence[APIRouter] = (offers.router, funnel.router, caseload.router, durations.router)


def views(programmes: Programmes) -> list[View]:
    return [OFFERS, PROGRESS, CASELOAD, milestones(programmes)]
