"""A campaign of its own in every run of the tests: all kinds of faults, every window, one seed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from chaos.plan import processes
from rig.size import sized

SEED, RATE = 20260574, 6
KILLS, SECONDS, EMPTY_SECONDS = sized((30, 1500, 400.0), (500, 7200, 60.0))
TESTS = Path(__file__).parents[1]
pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.timeout(SECONDS + 20),
]


def test_no_promise_is_broken_and_nothing_is_left_over_whatever_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The command as people give it, in a process of its own."""
    report = tmp_path / "report.json"
    asked = [f"--seed={SEED}", f"--kills={KILLS}", f"--rate={RATE}", f"--report={report}"]
    folders = os.pathsep.join(str(TESTS / name) for name in ("checker", "system", "chaos"))

    done = subprocess.run(
        [sys.executable, "-m", "chaos", *asked],
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    made = orjson.loads(report.read_bytes())
    record_property("campaign", orjson.dumps(made).decode())
    assert (made["violations"], made["remarks"]) == ([], [])
    assert made["seconds"]["until all queues were empty"] <= EMPTY_SECONDS
    assert sum(made["survived"].values()) == len(made["faults"])
    kills = [fault for fault in made["faults"] if fault["fault"] == "kill"]
    assert {f["target"] for f in kills if "window" not in f} == set(processes())
