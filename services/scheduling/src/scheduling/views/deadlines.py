"""Deadlines: one row per deadline, the way the desk looks for what is due."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Column, Date, Index, Text, Uuid

from events.columns import now_indexes
from events.growing import Growing
from events.store import Recorded
from events.views import Fold, Row, View, states
from scheduling.deadline.decider import Deadline, deadline_decider
from scheduling.deadline.events import CODEC, DeadlineEvent


class _Deadlines:
    """Each deadline of a case is a stream."""

    def __init__(self, key: UUID) -> None:
        self._key = key
        self._streams: dict[UUID, Growing] = {}

    def add(self, fact: Recorded[DeadlineEvent]) -> None:
        if fact.stream not in self._streams:
            self._streams[fact.stream] = _DEADLINE.begin(self._key)
        self._streams[fact.stream].add(fact)

    def rows(self) -> list[Row]:
        own = ((stream, growing.rows()) for stream, growing in self._streams.items())
        return [{"deadline": stream, **row} for stream, rows in own for row in rows]


def _row(programme: str, deadline: Deadline) -> Iterable[Row]:
    if deadline.policy:
        yield {
            "programme": programme,
            "policy": deadline.policy,
            "status": str(deadline.status),
            "due_on": deadline.due_on,
        }


_DEADLINE = states(deadline_decider, _row)
rows = Fold(_Deadlines)

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
