"""The views in PostgreSQL: rebuilt they are the same, and a past day is an index look-up."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest
from sqlalchemy.sql import ClauseElement

from analytics.app import compose
from analytics.examples import BEGIN, CALLED, CASE_MANAGER, HOSPITAL, KEY, PROGRAMME, day, told
from analytics.log import Fact
from analytics.views import behind, caseload, durations, milestones, offers
from analytics.views.conditions import Cases, Point
from analytics.views.cut import Cut
from analytics.views.durations import Open, Span
from events import sql
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    InstrumentCompleted,
    NeedIdentified,
)
from events.contracts.intake import CandidateIdentified, OfferMade, ReferralMade
from events.history import FOREVER
from events.pooled import transaction
from events.postgres import PostgresStore
from events.rebuild import rebuild
from events.sql import compiled
from kit.access import Principal, Role
from kit.ground import opened
from kit.testing import settings

pytestmark = pytest.mark.system

CUT = Cut(
    principal=Principal(subject="somebody", role=Role.ANALYST),
    programme=PROGRAMME,
    as_of=BEGIN + timedelta(days=30),
    known_at=BEGIN + timedelta(days=4000),
)


def cases(count: int) -> Iterator[Fact]:
    """One case after the other, a day apart; each is open for ten days."""
    for number in range(count):
        key = uuid5(KEY, str(number))
        steps = [
            CandidateIdentified(organisation=HOSPITAL, origin=None),
            OfferMade(attempt=1, channel="phone", by_function="doctor"),
            ReferralMade(source="hospital", organisation=HOSPITAL, origin=None),
            CaseOpened(organisation=HOSPITAL, spell=1),
            CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager"),
            CALLED,
            NeedIdentified(need=key, field="practical", theme=None),
            InstrumentCompleted(instrument="life-domains", wave="first", scores={"housing": 6}),
        ]
        yield from (told(n, step, day(number), key=key) for n, step in enumerate(steps, start=1))
        closed = CaseClosed(reason="support-completed", spell=1)
        yield told(len(steps) + 1, closed, day(number + 10), key=key)


MANY = {
    "min_parallel_index_scan_size": "0",
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0",
}
"""Settings with which the server plans for few rows as for many."""


async def plan(store: PostgresStore, statement: ClauseElement, **settings: str) -> str:
    text, values = compiled(statement)
    async with transaction(store.pool) as connection:
        for name, value in settings.items():
            await connection.execute(f"set local {name} = {value}")
        lines = await connection.fetch(f"explain {text}", *values)
    return "\n".join(line[0] for line in lines)


async def test_a_rebuilt_view_equals_the_live_one_and_the_figures_stay(
    hears: Callable[[Sequence[Fact]], Awaitable[None]],
    figure: Callable[..., Awaitable[dict[str, Any]]],
    database: str,
) -> None:
    await hears(list(cases(20)))
    before = await figure("offers"), await figure("funnel"), await figure("caseload", day=day(5))

    async with opened("analytics", settings(database_url=database)) as ground:
        service = compose(ground)
        rebuilt = [await rebuild(database, "analytics", v, service.decode) for v in service.views]

    after = await figure("offers"), await figure("funnel"), await figure("caseload", day=day(5))
    assert {done.differing for done in rebuilt} == {0}
    assert all(done.rows > 0 for done in rebuilt)
    assert after == before


async def test_past_days_and_watermarks_are_index_look_ups(
    hears: Callable[[Sequence[Fact]], Awaitable[None]], store: PostgresStore
) -> None:
    await hears(list(cases(300)))
    await store.pool.execute("analyze")

    watermarks = await plan(store, behind.watermarks(CUT, 10_000))

    for by in caseload.By:
        assert f"{caseload.TABLE}_held" in await plan(store, caseload.counts(CUT, by))
    assert "events_source_recorded_at_idx" in watermarks
    assert "Seq Scan on events" not in watermarks


async def test_what_is_known_now_is_counted_by_an_index_alone_and_by_several_at_once(
    hears: Callable[[Sequence[Fact]], Awaitable[None]], store: PostgresStore
) -> None:
    await hears(list(cases(300)))
    await store.pool.execute("vacuum analyze")
    now = replace(CUT, known_at=FOREVER, as_of=BEGIN + timedelta(days=400))

    for by in offers.By:
        shown = await plan(store, offers.counts(offers.Choice(cut=now), by), **MANY)
        assert f"Parallel Index Only Scan using {offers.TABLE}_known" in shown
    for of in caseload.By:
        shown = await plan(store, caseload.counts(now, of), **MANY)
        assert f"Parallel Index Only Scan using {caseload.TABLE}_known" in shown


async def test_of_an_early_day_what_came_later_is_not_looked_at(
    hears: Callable[[Sequence[Fact]], Awaitable[None]], store: PostgresStore
) -> None:
    await hears(list(cases(300)))
    await store.pool.execute("vacuum analyze")
    early = replace(CUT, known_at=FOREVER, as_of=BEGIN + timedelta(days=5))

    offered = await plan(store, offers.counts(offers.Choice(cut=early), offers.By.QUARTER))
    held = await plan(store, caseload.counts(early, caseload.By.REGION))

    assert f"Index Only Scan using {offers.TABLE}_since" in offered
    assert f"Index Only Scan using {caseload.TABLE}_since" in held


async def test_durations_are_answered_by_an_index_alone_in_each_part(
    hears: Callable[[Sequence[Fact]], Awaitable[None]], store: PostgresStore
) -> None:
    await hears(list(cases(300)))
    await store.pool.execute("vacuum analyze")

    span = Span(
        cases=Cases(cut=CUT),
        start=Point("case-opened"),
        finish=Point("case-closed"),
        since=None,
        until=None,
        open=Open.CUT,
    )
    bounds = [row["key"] for row in await sql.fetch(store.pool, durations.BOUNDS)]
    shown = await plan(store, durations.counts(span, durations.parts(bounds)))

    walked = f"Index Only Scan using {milestones.TABLE}_milestone"
    assert shown.count(walked) == 2 * durations.PARTS
    assert "Seq Scan" not in shown
