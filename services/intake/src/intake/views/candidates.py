"""Candidates: one row per candidate, the way a hospital looks through its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, Integer, Text, Uuid

from events.columns import held_columns
from events.store import Recorded
from events.views import Row, View, intervals, view_table
from intake.offer.decider import Offer, Status, evolve
from intake.offer.events import CODEC, OfferEvent

NAME, VERSION = "candidates", 1

TABLE = view_table(
    NAME,
    VERSION,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    *held_columns(f"{NAME}_v{VERSION}"),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    programme: str
    offer: Offer


def rows(_key: UUID, facts: Sequence[Recorded[OfferEvent]]) -> list[Row]:
    return intervals(facts, _Candidate("", Offer()), _evolve, _row)


def _evolve(candidate: _Candidate, fact: Recorded[OfferEvent]) -> _Candidate:
    return _Candidate(str(fact.metadata.programme), evolve(candidate.offer, fact.event))


def _row(candidate: _Candidate) -> Iterable[Row]:
    offer = candidate.offer
    if offer.status is not Status.NEW and offer.organisation:
        yield {
            "programme": candidate.programme,
            "organisation": offer.organisation,
            "status": str(offer.status),
            "attempts": offer.attempts,
        }


CANDIDATES = View(NAME, VERSION, TABLE, CODEC.stored_names, rows)
