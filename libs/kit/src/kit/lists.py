"""Lists: a page of a view's rows, those that the caller may see, as they held and were known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, FromClause, Select, select

from events.columns import believed_at, held_at
from events.following import ViewTables, wait_for
from events.history import FOREVER
from events.parking_postgres import parked_in
from events.pooled import pooled
from events.sql import Row, fetch
from events.views import View
from kit.access import Principal, sees_all, sees_own, visible
from kit.calls import Call
from kit.moments import Moment
from kit.paging import Listed, Page
from kit.parts import part
from kit.problems import filling, unavailable

T = TypeVar("T")
WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Lists:
    """The views of a service, for reading."""

    pool: asyncpg.Pool
    tables: ViewTables

    async def page(
        self,
        view: View,
        call: Call,
        at: Moment,
        page: Page,
        show: Callable[[Row], T],
        *conditions: ColumnElement[bool],
        by: str = "key",
        beside: Sequence[View] = (),
    ) -> Listed[T]:
        """In the order of `by`, a column of ids; those of keys follow the order of making.

        `beside` are other views that the conditions read.
        """
        await caught_up(self.tables, at.min_position, *beside, view)
        await call.position(at, seen=await self.tables.position(view))
        found = _found(view, call, at).where(*conditions)
        statement = _paged(found, call.principal, page, by)
        async with pooled(self.pool) as connection:
            rows = await fetch(connection, statement)
        return page.answer(rows, lambda row: [str(row[by])], show)


async def caught_up(tables: ViewTables, min_position: int, *views: View) -> None:
    """Waits a bounded moment for `minPosition`; a problem if a view is still behind.

    One that is filled for the first time is not waited for: that may take long.
    """
    for view in views:
        if not await tables.whole(view):
            raise filling()
        if min_position and not await wait_for(tables, view, min_position, WAIT_SECONDS):
            raise unavailable()


TheLists = Annotated[Lists, part(Lists)]


def _found(view: View, call: Call, at: Moment) -> Select[Any]:
    table = view.table
    found = select(table).where(held_at(table, at.as_of), believed_at(table, at.known_at))
    if not at.past:
        found = found.where(_seen(table, call.principal))
    elif not sees_all(call.principal):
        found = found.where(table.c.key.in_(_seen_now(view, call.principal)))
    gate = call.edge.gate
    if gate and not sees_all(call.principal):
        found = found.where(~parked_in(gate.group, table.c.key))
    return found


def _paged(found: Select[Any], principal: Principal, page: Page, by: str) -> Select[Any]:
    """Of a case manager, all own rows are found before they are put in order.

    Else the server might look for a page of them through everybody's rows in that order.
    """
    rows: Select[Any] = found
    if sees_own(principal):
        rows = select(found.cte("own").prefix_with("materialized"))
    order = rows.selected_columns[by]
    if page.after:
        rows = rows.where(order > UUID(page.after[0]))
    return rows.order_by(order).limit(page.fetch)


def _seen_now(view: View, principal: Principal) -> Select[Any]:
    """The keys; who may see a record is a matter of today, whatever time is asked for."""
    now = view.table.alias("now")
    holding = held_at(now, FOREVER), believed_at(now, FOREVER)
    return select(now.c.key).where(_seen(now, principal), *holding)


def _seen(table: FromClause, principal: Principal) -> ColumnElement[bool]:
    return visible(
        principal,
        organisation=table.c.get("organisation"),
        case_managers=table.c.get("case_managers"),
    )
