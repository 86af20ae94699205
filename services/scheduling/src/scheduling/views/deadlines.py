"""Deadlines: one row per deadline, the way those look for what is due who must do it."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Text,
    Uuid,
    tuple_,
)

from events.columns import now_containing, now_indexes
from events.store import Recorded
from events.views import Row, View, intervals
from scheduling.deadline.decider import Deadline, Status, evolve
from scheduling.deadline.events import CODEC
from scheduling.holders import DECIDE_ACCESS, Access
from scheduling.silence import GoingOn
from scheduling.spell.decider import Spells, spell_decider
from scheduling.spell.events import CODEC as SPELL_CODEC


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """The deadlines of a case, whether it is closed, and who sees them."""

    programme: str = ""
    programme_version: int = 0
    spells: Spells = field(default_factory=Spells)
    deadlines: Mapping[UUID, Deadline] = field(default_factory=dict)
    access: Access = field(default_factory=Access)


def _then(now: _Now, fact: Recorded[Any]) -> _Now:
    if fact.type in DECIDE_ACCESS:
        return replace(now, access=now.access.then(fact))
    if SPELL_CODEC.reads(fact.type):
        return replace(now, spells=spell_decider.evolve(now.spells, fact.event))
    told = evolve(now.deadlines.get(fact.stream, Deadline()), fact.event)
    deadlines = {**now.deadlines, fact.stream: told}
    programme, version = str(fact.metadata.programme), fact.metadata.programme_version or 0
    return replace(now, programme=programme, programme_version=version, deadlines=deadlines)


def _row(now: _Now) -> Iterable[Row]:
    for stream, deadline in now.deadlines.items():
        if deadline.policy:
            yield {
                "deadline": stream,
                "programme": now.programme,
                "programme_version": now.programme_version,
                "case_managers": list(now.access.case_managers),
                "organisation": deadline.organisation,
                "policy": deadline.policy,
                "status": str(deadline.status),
                "case_closed": now.spells.ended,
                "due_on": deadline.due_on,
            }


rows = intervals(_Now(), _then, _row)

DEADLINES = View.of(
    "deadlines",
    3,
    Column("deadline", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("programme_version", Integer, nullable=False),
    Column("case_managers", ARRAY(Uuid), nullable=False),
    Column("organisation", Uuid),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("case_closed", Boolean, nullable=False),
    Column("due_on", Date, nullable=False),
    *now_indexes("deadlines_v3", "deadline", "status", "organisation"),
    now_containing("deadlines_v3", "case_managers"),
    Index("deadlines_v3_deadline", "deadline"),
    types=DECIDE_ACCESS | CODEC.stored_names | SPELL_CODEC.stored_names,
    rows=rows,
)


def kept(
    without: AbstractSet[tuple[str, str]], *, of_organisations: bool
) -> list[ColumnElement[bool]]:
    """That a deadline is of none of these, each named by its programme and itself.

    And where only those `of_organisations` are wanted, that it is no case team's.
    """
    columns = DEADLINES.table.c
    found: list[ColumnElement[bool]] = []
    if without:
        found.append(tuple_(columns.programme, columns.policy).not_in(sorted(without)))
    if of_organisations:
        found.append(columns.organisation.is_not(None))
    return found


def has_status(status: str, going_on: GoingOn) -> ColumnElement[bool]:
    """As answers show it: an open deadline of a closed case is dormant, unless it goes on."""
    columns = DEADLINES.table.c
    policy = tuple_(columns.programme, columns.programme_version, columns.policy)
    dormant = columns.case_closed & policy.not_in(sorted(going_on))
    match status:
        case Status.DORMANT:
            return (columns.status == Status.OPEN) & dormant
        case Status.OPEN:
            return (columns.status == Status.OPEN) & ~dormant
        case _:
            return columns.status == status


def shown_status(row: Row, going_on: GoingOn) -> str:
    """The same of a row."""
    policy = row["programme"], row["programme_version"], row["policy"]
    dormant = row["status"] == Status.OPEN and row["case_closed"] and policy not in going_on
    return Status.DORMANT if dormant else str(row["status"])
