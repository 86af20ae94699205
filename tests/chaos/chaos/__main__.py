"""Plays a campaign: out of a seed, or a plan from a file; status 1 if a promise was broken."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from chaos import report
from chaos.campaign import Campaign, Outcome, world
from chaos.mix import mixed
from chaos.plan import BadPlan, Plan, read
from dev.terminal import run
from rig.audit import KEPT
from rig.dump import keep
from rig.world import World

MOST_SHOWN = 50


def main() -> int:
    arguments = _parser().parse_args()
    try:
        plan = _plan(arguments)
    except BadPlan as bad:
        _say(str(bad))
        return 2
    return run(_campaign(plan, arguments))


async def _campaign(plan: Plan, arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            world(Path(folder), _say) as whole,
            Campaign(whole, plan, _say).played() as outcome,
        ):
            _tell(outcome, arguments)
            if kept := arguments.evidence or (KEPT if outcome.failures else None):
                keep(outcome.evidence, whole, kept)
            if arguments.keep:
                await _stay(whole)
    return bool(outcome.failures)


def _plan(arguments: argparse.Namespace) -> Plan:
    if arguments.plan:
        return read(arguments.plan, seed=arguments.seed, rate=arguments.rate)
    return mixed(arguments.seed, arguments.kills, arguments.rate)


def _tell(outcome: Outcome, arguments: argparse.Namespace) -> None:
    made = report.report(outcome, _command(arguments))
    _say(report.table(made))
    for failure in outcome.failures[:MOST_SHOWN]:
        _say(f"  {failure}")
    if arguments.report:
        arguments.report.write_bytes(report.as_bytes(made))


def _command(arguments: argparse.Namespace) -> str:
    if arguments.plan:
        return f"make chaos PLAN={arguments.plan}"
    return f"make chaos SEED={arguments.seed} KILLS={arguments.kills} RATE={arguments.rate:g}"


async def _stay(whole: World) -> None:
    """Everything goes on, so that somebody can look with tools of their own."""
    for service in whole.stack.ports:
        _say(f"{service:14} {whole.stack.url(service)}  {whole.database(service)}")
    _say(f"{'Kafka':14} {whole.stack.servers.kafka}")
    _say(f"{'mail and logs':14} {whole.stack.folder}\nCtrl-C ends it.")
    await asyncio.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="decides faults and clients")
    parser.add_argument("--kills", type=int, default=100, help="how many processes are killed")
    parser.add_argument("--rate", type=float, default=30, help="commands a second")
    parser.add_argument("--plan", type=Path, help="play the faults of this file instead")
    parser.add_argument("--report", type=Path, help="write the report here, as JSON")
    parser.add_argument("--evidence", type=Path, help="write all evidence into this folder")
    parser.add_argument("--keep", action="store_true", help="stay up until Ctrl-C")
    return parser


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - for the person at the terminal


if __name__ == "__main__":
    sys.exit(main())
