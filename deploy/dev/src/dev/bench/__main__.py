"""Measures append, edge, way to a consumer, rebuild and size: `python -m dev.bench --help`."""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from rich.console import Console

from dev.bench.appending import appending
from dev.bench.campaign import Say
from dev.bench.edge import edge
from dev.bench.outcome import Outcome
from dev.bench.rebuilding import rebuilding
from dev.bench.report import WIDTH, show, write
from dev.bench.size import CASES, size
from dev.failure import NotStarted
from dev.stack import PORTS
from dev.terminal import run

Part = Callable[[int, float, Say], Awaitable[Outcome]]
EVENTS = 100_000
ADDRESSES = (
    *(f"DATABASE_URL_{service.upper()}" for service in PORTS),
    *("KAFKA_BOOTSTRAP_SERVERS", "JWKS_URL", "SMTP_URL"),
)
PARTS = ("append", "edge", "rebuild", "size")


def _parts(events: int, cases: int) -> dict[str, Part]:
    """The last two take the time that they take."""
    return {
        "append": appending,
        "edge": edge,
        "rebuild": lambda rounds, _, say: rebuilding(events, rounds, say),
        "size": lambda _rounds, _seconds, say: size(cases, say),
    }


async def bench(
    parts: list[str],
    rounds: int,
    seconds: float,
    report: Path | None,
    events: int = EVENTS,
    cases: int = CASES,
) -> int:
    """Ends with 1 if anything failed or was lost; a ratio that is missed is shown, no error."""
    _refuse_addresses()
    machine = {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "loadBefore": psutil.getloadavg()[0],
        "rounds": rounds,
        "seconds": seconds,
        "events": events,
        "cases": cases,
    }
    print(", ".join(f"{name}: {value}" for name, value in machine.items()), flush=True)
    known = _parts(events, cases)
    outcomes = {part: await known[part](rounds, seconds, _say) for part in parts}
    show(outcomes, Console(width=None if sys.stdout.isatty() else WIDTH))
    if report:
        await asyncio.to_thread(write, outcomes, machine, report)
    return 1 if any(outcome.mistakes for outcome in outcomes.values()) else 0


def _refuse_addresses() -> None:
    if given := [name for name in ADDRESSES if os.environ.get(name)]:
        raise NotStarted(f"The benchmark only fills servers of its own; unset {', '.join(given)}.")


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    parser.add_argument("--report", type=Path, help="also write the figures to this file, as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.5, help="of each round of each variant")
    parser.add_argument("--events", type=int, default=EVENTS, help="in the log that is rebuilt")
    parser.add_argument("--cases", type=int, default=CASES, help="in the history of `size`")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    given = parser.parse_args()
    return run(bench(**vars(given)))


if __name__ == "__main__":
    sys.exit(main())
