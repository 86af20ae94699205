"""Views that grow fact by fact hold what all facts say anew: late, corrected, undated, at once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer

from checker import slowly
from checker.histories import KEY, histories
from events.growing import Rows
from events.history import Known, facts, straight
from events.occurrence import Occurred
from events.store import Recorded
from events.testing import NOW, recorded
from events.views import Row, View, believed, believed_straight, intervals

NONE: tuple[int, ...] = ()
Fact = Recorded[Any]

logs = histories(st.integers(0, 2).map(lambda level: ("set.v1", {"level": level})))


def _levels(levels: tuple[int, ...], fact: Fact) -> tuple[int, ...]:
    return (*levels, fact.event["level"]) if fact.event["level"] else levels


def _each(levels: tuple[int, ...]) -> list[Row]:
    """Rows that begin, go on, end and are equal to each other."""
    return [{"level": level} for level in levels[-3:]]


def _sum(levels: tuple[int, ...]) -> list[Row]:
    return [{"level": sum(levels)}] if levels else []


def last(_key: object, known: Sequence[Fact]) -> list[Row]:
    """A rule that looks at all facts."""
    return [{"level": fact.event["level"]} for fact in known[-2:]]


def view(rows: Rows) -> View:
    column = Column("level", Integer)
    return View.of("levels", 1, column, types=None, rows=rows, held=rows is not last)


@settings(max_examples=300, deadline=None)
@given(logs)
def test_known_facts_are_in_the_order_in_which_all_of_them_happened(log: list[Fact]) -> None:
    known = Known[Any]()

    for number, fact in enumerate(log, 1):
        before = list(known.facts)
        added = known.learn(fact)

        assert known.facts == slowly.facts(log[:number]) == facts(log[:number])
        assert not added or known.facts == [*before, fact]


@settings(max_examples=200, deadline=None)
@given(logs, st.sampled_from([_each, _sum]))
def test_intervals_that_grow_are_those_of_all_facts(
    log: list[Fact], row: Callable[[tuple[int, ...]], list[Row]]
) -> None:
    growing = intervals(NONE, _levels, row).begin(KEY)
    known = slowly.facts(log)

    for number, fact in enumerate(known, 1):
        growing.add(fact)

        expected = slowly.intervals(known[:number], NONE, _levels, row)
        assert ordered(growing.rows()) == ordered(expected)


@settings(max_examples=300, deadline=None)
@given(logs, st.sampled_from([intervals(NONE, _levels, r) for r in (_each, _sum)] + [last]))
def test_what_is_believed_is_what_all_facts_say_at_each_state_of_our_knowledge(
    log: list[Fact], rows: Rows
) -> None:
    own = view(rows)

    assert ordered(believed(own, KEY, log)) == ordered(slowly.believed(own, KEY, log))


@settings(max_examples=300, deadline=None)
@given(logs, st.sampled_from([intervals(NONE, _levels, r) for r in (_each, _sum)] + [last]))
def test_of_facts_that_came_in_the_order_in_which_they_happened_the_short_way_says_the_same(
    log: list[Fact], rows: Rows
) -> None:
    own = view(rows)
    some: list[Fact] = []
    for fact in log:
        some += [fact] if straight([*some, fact]) else []

    found = believed_straight(own, KEY, some)

    assert ordered(found) == ordered(slowly.believed(own, KEY, some))


def test_facts_in_the_order_in_which_they_happened_are_folded_once_each() -> None:
    folded: list[Fact] = []
    rows = counting(folded)
    log = [
        recorded({"level": n}, n, occurred=Occurred.instant(NOW + timedelta(hours=n)))
        for n in range(1, 101)
    ]

    believed(view(rows), KEY, log)

    assert len(folded) == len(log)


def test_after_a_fact_that_came_late_each_is_folded_once_again() -> None:
    folded: list[Fact] = []
    rows = counting(folded)
    hours = [*range(10, 60), 5, *range(60, 109)]
    log = [
        recorded({"level": 1}, n, occurred=Occurred.instant(NOW + timedelta(hours=hour)))
        for n, hour in enumerate(hours, 1)
    ]

    believed(view(rows), KEY, log)

    assert len(folded) == 50 + 51 + 49


def counting(folded: list[Fact]) -> Rows:
    def evolve(levels: tuple[int, ...], fact: Fact) -> tuple[int, ...]:
        folded.append(fact)
        return levels

    return intervals(NONE, evolve, _sum)


def ordered(rows: Sequence[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)
