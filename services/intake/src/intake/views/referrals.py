"""Referrals: one row per referral, the way the desk looks for those that wait to be screened."""

from collections.abc import Iterable

from sqlalchemy import Column, Text, Uuid

from events.columns import now_indexes
from events.views import Row, View, states
from intake.referral.decider import Referral, referral_decider
from intake.referral.events import CODEC


def _row(programme: str, referral: Referral) -> Iterable[Row]:
    if referral.source:
        yield {
            "programme": programme,
            "organisation": referral.organisation,
            "source": referral.source,
            "status": str(referral.status),
        }


rows = states(referral_decider, _row)

REFERRALS = View.of(
    "referrals",
    1,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid),
    Column("source", Text, nullable=False),
    Column("status", Text, nullable=False),
    *now_indexes("referrals_v1", "key", "organisation", "status"),
    types=CODEC.stored_names,
    rows=rows,
)
