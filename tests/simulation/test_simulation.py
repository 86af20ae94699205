"""The services under faults that seeds decide: 300 of them here, more by `make simulate`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from events.marks import Mark, Reached
from simulation.city import City, Parts
from simulation.loop import SeededLoop
from simulation.run import simulate
from simulation.world import World

SEEDS = 300
ENDS = {
    "referral.accepted.v1",
    "case.contact-data-received.v1",
    "case.closed.v1",
    "track.step-recorded.v1",
    "deadline.met.v1",
    "deadline.missed.v1",
    "message.delivery-deferred.v1",
    "message.sent.v1",
    "ledger.entered.v1",
}
MOST_SECONDS = 300
"""A bound for a loaded machine; on two processors of their own the seeds take about a minute."""
FOLDERS = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "checker")]


@pytest.mark.slow
@pytest.mark.timeout(MOST_SECONDS)
def test_all_promises_are_kept_under_faults_and_all_queues_empty_after() -> None:
    """On all processors, as `make simulate` does it."""
    run = _simulation("--seeds", str(SEEDS))

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith(f"{SEEDS} seeds, ")
    assert run.stdout.endswith(", 0 seeds failed\n")


def test_what_the_runs_are_about_happens_in_them() -> None:
    """Runs in which nothing is killed, and no case gets to its end, would prove nothing."""
    outcomes = [simulate(seed) for seed in range(1000, 1030)]

    assert sum(outcome.kills for outcome in outcomes) > 40
    assert sum(outcome.events for outcome in outcomes) > 2000
    assert frozenset[str]().union(*(outcome.types for outcome in outcomes)) >= ENDS


def test_there_is_no_rest_before_a_relay_noticed_that_its_topic_is_gone() -> None:
    loop = SeededLoop(1)
    city = City(World(1, loop), Parts())
    city.databases["intake"].checkpoint.reached = Reached(0, {0: Mark(offset=4, position=9)})
    loop.close()

    assert city.unrest() == ["intake: its relay has not noticed that the topic lost its tail"]


def test_the_same_seed_goes_the_same_way_to_the_last_step() -> None:
    first, again, other = simulate(17), simulate(17), simulate(18)

    assert first == again
    assert first.digest != other.digest


def test_a_seed_goes_the_same_way_in_another_process() -> None:
    """What Python draws anew for each process, such as hashes of text, decides nothing."""
    printed = {_in_a_process_of_its_own(17, hashing) for hashing in ("1", "2")}

    assert printed == {str(simulate(17)) + "\n"}


def _in_a_process_of_its_own(seed: int, hashing: str) -> str:
    run = _simulation("--seed", str(seed), hashing=hashing)
    run.check_returncode()
    return run.stdout


def _simulation(*arguments: str, hashing: str = "random") -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONHASHSEED": hashing, "PYTHONPATH": os.pathsep.join(FOLDERS)}
    return subprocess.run(
        [sys.executable, "-m", "simulation", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS,
    )
