"""Appointments: one row per appointment, the way case managers look for what is to come."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ARRAY, Column, DateTime, Index, Integer, Text, Uuid

from events.columns import now_containing, now_indexes
from events.store import Recorded
from events.views import Row, View, intervals
from scheduling.appointment.events import CODEC
from scheduling.appointment.state import Appointments, evolve, shown
from scheduling.holders import DECIDE_ACCESS, Access


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """The appointments of a case, and who sees them."""

    programme: str = ""
    appointments: Appointments = field(default_factory=Appointments)
    access: Access = field(default_factory=Access)


def _then(now: _Now, fact: Recorded[Any]) -> _Now:
    if fact.type in DECIDE_ACCESS:
        return replace(now, access=now.access.then(fact))
    told = evolve(now.appointments, fact.event)
    return replace(now, programme=str(fact.metadata.programme), appointments=told)


def _row(now: _Now) -> Iterable[Row]:
    for id_, appointment in now.appointments.by_id.items():
        if columns := shown(appointment):
            yield {
                "appointment": id_,
                "programme": now.programme,
                "case_managers": list(now.access.case_managers),
                **columns,
            }


rows = intervals(_Now(), _then, _row)

APPOINTMENTS = View.of(
    "appointments",
    1,
    Column("appointment", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_manager", Uuid, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("participants", ARRAY(Text), nullable=False),
    Column("must_confirm", ARRAY(Text), nullable=False),
    Column("confirmed_by", ARRAY(Text), nullable=False),
    Column("status", Text, nullable=False),
    Column("cancelled_by", Text),
    Column("notice_hours", Integer),
    Column("attended", Text),
    *now_indexes("appointments_v1", "appointment", "status", "case_manager"),
    now_containing("appointments_v1", "case_managers"),
    Index("appointments_v1_appointment", "appointment"),
    types=DECIDE_ACCESS | CODEC.stored_names,
    rows=rows,
)
