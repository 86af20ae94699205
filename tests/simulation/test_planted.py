"""Faults planted into the parts are found, at the same step whenever their seed is run again."""

import pytest

from simulation.planted import PLANTED, Planted
from simulation.run import Outcome, simulate

MOST_SEEDS = 80


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_fault_is_found_within_some_seeds(planted: Planted) -> None:
    found = next(filter(None, (_red(seed, planted) for seed in range(MOST_SEEDS))), None)

    assert found is not None
    assert simulate(found.seed, planted.parts) == found
    assert not simulate(found.seed).violations


def _red(seed: int, planted: Planted) -> Outcome | None:
    outcome = simulate(seed, planted.parts)
    return outcome if any(planted.sentence in said for said in outcome.violations) else None
