"""Who may read figures: as long as all of them may read what is behind, no number is too small."""

import pytest

from analytics.access import ACCESS


@pytest.mark.parametrize("action", ["figure:read-events", "figure:export"])
def test_nobody_reads_figures_without_the_right_to_read_single_cases(action: str) -> None:
    assert ACCESS["figure:read"] <= ACCESS[action]
