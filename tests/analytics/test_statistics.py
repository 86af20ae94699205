"""Statistics from how often each value is there are those of all values one by one."""

from collections import Counter
from statistics import fmean, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.figures.statistics import NAMES, of_counts


@given(st.lists(st.integers(-400, 4000), min_size=2))
def test_quartiles_lie_between_the_values_beside_them(values: list[int]) -> None:
    found = of_counts(Counter(values))

    expected = [fmean(values), min(values), *quantiles(values, method="inclusive"), max(values)]
    assert [found[name] for name in NAMES] == pytest.approx(expected)


def test_of_one_value_all_statistics_are_that_value() -> None:
    assert of_counts({7: 1}) == dict.fromkeys(NAMES, 7)


def test_of_nothing_there_is_no_statistic() -> None:
    assert of_counts({}) == dict.fromkeys(NAMES)
