"""Deadlines: one row per deadline, the way desk and case managers look for what is due."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, Date, Index, Text, Uuid, tuple_

from events.columns import now_containing, now_indexes
from events.store import Recorded
from events.views import Row, View, intervals
from scheduling.deadline.decider import Deadline, evolve
from scheduling.deadline.events import CODEC
from scheduling.holders import DECIDE_ACCESS, Access


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """The deadlines of a case, and who sees them."""

    programme: str = ""
    deadlines: Mapping[UUID, Deadline] = field(default_factory=dict)
    access: Access = field(default_factory=Access)


def _then(now: _Now, fact: Recorded[Any]) -> _Now:
    if fact.type in DECIDE_ACCESS:
        return replace(now, access=now.access.then(fact))
    told = evolve(now.deadlines.get(fact.stream, Deadline()), fact.event)
    deadlines = {**now.deadlines, fact.stream: told}
    return replace(now, programme=str(fact.metadata.programme), deadlines=deadlines)


def _row(now: _Now) -> Iterable[Row]:
    for stream, deadline in now.deadlines.items():
        if deadline.policy:
            yield {
                "deadline": stream,
                "programme": now.programme,
                "case_managers": list(now.access.case_managers),
                "policy": deadline.policy,
                "status": str(deadline.status),
                "due_on": deadline.due_on,
            }


rows = intervals(_Now(), _then, _row)

DEADLINES = View.of(
    "deadlines",
    2,
    Column("deadline", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    *now_indexes("deadlines_v2", "deadline", "status"),
    now_containing("deadlines_v2", "case_managers"),
    Index("deadlines_v2_deadline", "deadline"),
    types=DECIDE_ACCESS | CODEC.stored_names,
    rows=rows,
)


def but(policies: AbstractSet[tuple[str, str]]) -> ColumnElement[bool]:
    """That a deadline is of none of these, each named by its programme and itself."""
    columns = DEADLINES.table.c
    return tuple_(columns.programme, columns.policy).not_in(sorted(policies))
