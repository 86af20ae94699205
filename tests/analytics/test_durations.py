"""Durations of very many cases: counted in parts of the keys, which together are all of them."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.examples import HOSPITAL, KEY, told
from analytics.log import Fact
from analytics.views.durations import BOUNDS, PARTS, parts
from analytics.views.milestones import TABLE
from events import sql
from events.contracts.intake import CandidateIdentified, OfferMade
from events.postgres import PostgresStore

MANY = 150
"""More than the server remembers one by one: of these it keeps which divide them evenly."""


@given(st.lists(st.uuids()).map(sorted))
def test_parts_follow_on_each_other_and_hold_every_key(bounds: list[UUID]) -> None:
    made = parts(bounds)

    assert (made[0][0].int, made[-1][1].int) == (0, 2**128 - 1)
    assert all(first.int + 1 == second.int for (_, first), (second, _) in pairwise(made))
    assert all(first <= last for first, last in made)
    assert len(made) <= PARTS


def test_keys_that_divide_all_evenly_make_parts_of_as_many() -> None:
    bounds = [UUID(int=n) for n in range(60)]

    assert [first.int for first, _ in parts(bounds)] == [0, 10, 20, 30, 40, 50]


@pytest.mark.system
async def test_what_is_counted_in_parts_is_what_is_counted_at_once(
    hears: Callable[[Sequence[Fact]], Awaitable[None]],
    figure: Callable[..., Awaitable[dict[str, Any]]],
    store: PostgresStore,
) -> None:
    await hears(list(_offered()))
    span = {"from_": "candidate-identified", "to": "offer-made", "asOf": "2019-12-31"}

    at_once = await figure("durations", **span)
    await store.pool.execute(f"analyze {TABLE}")
    in_parts = await figure("durations", **span)

    assert len(parts([row["key"] for row in await sql.fetch(store.pool, BOUNDS)])) == PARTS
    assert in_parts == at_once
    assert (at_once["population"], at_once["open"], at_once["days"]["max"]) == (MANY, 50, 9)


def _offered() -> Iterator[Fact]:
    """Every third is not offered yet; the others after one day up to nine."""
    for number in range(MANY):
        key = uuid5(KEY, f"case {number}")
        identified = CandidateIdentified(organisation=HOSPITAL, origin=None)
        yield told(1, identified, "2019-01-01", key=key)
        if number % 3:
            offer = OfferMade(attempt=1, channel="phone", by_function="doctor")
            yield told(2, offer, f"2019-01-{2 + number % 9:02}", key=key)
