"""Simulates many seeds on all processors, or one seed again, to the same step.

Of a seed that fails it prints the first step at which the checker objects, and those before it.
"""

import argparse
import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from simulation.city import Parts
from simulation.planted import PLANTED
from simulation.run import Outcome, simulate

CHUNK = 5


def main() -> int:
    arguments = _parser().parse_args()
    parts = PLANTED[arguments.plant].parts if arguments.plant else Parts()
    if arguments.seed is not None:
        outcome = simulate(arguments.seed, parts)
        print(outcome)  # noqa: T201 - for the person at the terminal
        return bool(outcome.violations)
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    failed = events = blows = 0
    for outcome in _simulated(seeds, parts):
        events += outcome.events
        blows += outcome.kills
        if outcome.violations:
            failed += 1
            planted = f" PLANT={arguments.plant}" if arguments.plant else ""
            again = f"make simulate SEED={outcome.seed}{planted}"
            print(f"{outcome}\n  again: {again}", flush=True)  # noqa: T201
    print(f"{len(seeds)} seeds, {events} events, {blows} kills, {failed} seeds failed")  # noqa: T201
    return bool(failed)


def _simulated(seeds: range, parts: Parts) -> Iterator[Outcome]:
    with ProcessPoolExecutor(initializer=_settle) as pool:
        yield from pool.map(partial(simulate, parts=parts), seeds, chunksize=CHUNK)


def _settle() -> None:
    """What was imported stays, and a run leaves little: the collector need not look often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with its last steps")
    parser.add_argument("--plant", choices=PLANTED, help="put a faulty part in, to see it found")
    return parser


if __name__ == "__main__":
    sys.exit(main())
