"""Deadlines: one row per deadline, the way the desk looks for what is due."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Column, Date, Index, Text, Uuid

from events.columns import now_indexes
from events.store import Recorded
from events.views import Row, View, states
from scheduling.deadline.decider import Deadline, deadline_decider
from scheduling.deadline.events import CODEC, DeadlineEvent


def rows(_key: UUID, facts: Sequence[Recorded[DeadlineEvent]]) -> list[Row]:
    streams = dict.fromkeys(fact.stream for fact in facts)
    return [row for stream in streams for row in _deadline(stream, facts)]


def _deadline(stream: UUID, facts: Sequence[Recorded[DeadlineEvent]]) -> Iterable[Row]:
    own = [fact for fact in facts if fact.stream == stream]
    return ({"deadline": stream, **row} for row in states(deadline_decider, own, _row))


def _row(programme: str, deadline: Deadline) -> Iterable[Row]:
    if deadline.policy:
        yield {
            "programme": programme,
            "policy": deadline.policy,
            "status": str(deadline.status),
            "due_on": deadline.due_on,
        }


DEADLINES = View.of(
    "deadlines",
    1,
    Column("deadline", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    *now_indexes("deadlines_v1", "deadline", "status"),
    Index("deadlines_v1_deadline", "deadline"),
    types=CODEC.stored_names,
    rows=rows,
)
