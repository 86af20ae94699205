"""Candidates: one row per candidate, the way an organisation looks through its own."""

from collections.abc import Iterable

from sqlalchemy import Column, Integer, Text, Uuid

from events.columns import now_indexes
from events.views import Row, View, states
from intake.offer.decider import offer_decider
from intake.offer.events import CODEC
from intake.offer.state import Offer, Status


def _row(programme: str, offer: Offer) -> Iterable[Row]:
    if offer.status is not Status.NEW and offer.organisation:
        yield {
            "programme": programme,
            "organisation": offer.organisation,
            "status": str(offer.status),
            "attempts": offer.attempts,
            "origin_status": offer.assessments[-1].status if offer.assessments else None,
        }


rows = states(offer_decider, _row)

CANDIDATES = View.of(
    "candidates",
    2,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("origin_status", Text),
    *now_indexes("candidates_v2", "key", "organisation", "status", "origin_status"),
    types=CODEC.stored_names,
    rows=rows,
)
