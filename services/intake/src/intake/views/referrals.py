"""Referrals: one row per referral, the way the desk looks for those that wait to be screened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, Text, Uuid

from events.columns import held_columns
from events.store import Recorded
from events.views import Row, View, intervals, view_table
from intake.referral.decider import Referral, Status, evolve
from intake.referral.events import CODEC, ReferralEvent

NAME, VERSION = "referrals", 1

TABLE = view_table(
    NAME,
    VERSION,
    Column("programme", Text, nullable=False),
    Column("organisation", Uuid),
    Column("source", Text, nullable=False),
    Column("status", Text, nullable=False),
    *held_columns(f"{NAME}_v{VERSION}"),
)


@dataclass(frozen=True, slots=True)
class _Listed:
    programme: str
    referral: Referral


def rows(_key: UUID, facts: Sequence[Recorded[ReferralEvent]]) -> list[Row]:
    return intervals(facts, _Listed("", Referral()), _evolve, _row)


def _evolve(listed: _Listed, fact: Recorded[ReferralEvent]) -> _Listed:
    return _Listed(str(fact.metadata.programme), evolve(listed.referral, fact.event))


def _row(listed: _Listed) -> Iterable[Row]:
    referral = listed.referral
    if referral.status is not Status.NEW:
        yield {
            "programme": listed.programme,
            "organisation": referral.organisation,
            "source": referral.source,
            "status": str(referral.status),
        }


REFERRALS = View(NAME, VERSION, TABLE, CODEC.stored_names, rows)
