"""A campaign of its own in every run of the tests: all kinds of faults, every window, one seed."""

import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from chaos.campaign import Campaign, world
from chaos.mix import mixed
from chaos.report import report, table
from rig.audit import KEPT
from rig.dump import keep
from rig.size import sized

SEED, RATE = 20260401, 10
KILLS, SECONDS = sized((40, 1200), (500, 7200))
pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(SECONDS)]


async def test_no_promise_is_broken_and_nothing_is_left_over_whatever_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    plan = mixed(SEED, KILLS, RATE)

    async with world(tmp_path, _say) as whole, Campaign(whole, plan, _say).played() as outcome:
        made = report(outcome, f"make chaos SEED={SEED} KILLS={KILLS} RATE={RATE}")
        if outcome.failures:
            keep(outcome.evidence, whole, KEPT)

    _say(table(made))
    record_property("campaign", orjson.dumps(made).decode())
    assert not outcome.failures


def _say(line: str) -> None:
    """Shown if the test fails."""
    sys.stdout.write(f"{line}\n")
