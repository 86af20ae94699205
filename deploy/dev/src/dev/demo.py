"""The demo: plays the pilot through the public API and holds its figures against the report."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from dev.pilot.api import Api
from dev.pilot.cast import Cast, cast
from dev.pilot.comparison import (
    Compared,
    all_equal,
    compare,
    contradictions,
    questions,
    resolutions,
    table,
    untold,
    write_report,
)
from dev.pilot.figures import caught_up, computed
from dev.pilot.player import play
from dev.pilot.progress import bar
from dev.pilot.record import Record, load
from dev.pilot.today import play_today, text
from dev.stack import PORTS, Stack, stack, until_one_ends
from dev.terminal import run

SECONDS = 30.0
INTRODUCTION = """\
The pilot on medical incidents: the figures of the report "Medische missers" (Bureau Beke, for Fonds
Slachtofferhulp), computed by this system. The report prints aggregates only, so the single records
that are played here are constructed: nobody in them exists, and no single date is from the report.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when all is shown")
    parser.add_argument("--report", type=Path, help="also write the comparison here, as JSON")
    given = parser.parse_args()
    return run(demo(ends=given.exit, report=given.report))


async def demo(*, ends: bool, report: Path | None, ports: Mapping[str, int] = PORTS) -> int:
    """0 if every figure equals the printed one; without `ends` it then stays up until Ctrl-C."""
    print(INTRODUCTION, flush=True)
    async with stack("demo", ports=ports, say=_say) as whole, _client() as client:
        api = Api(client, {service: whole.url(service) for service in whole.ports})
        records = load()
        cohort = await cast(api, whole.token, _case_managers(records))
        await play(api, cohort, records, bar("playing the cohort, one record per person"))
        compared = await _compared(api, cohort)
        _show(compared, records)
        if report:
            write_report(compared, report)
        if not all_equal(compared):
            return 1
        await _show_today(api, cohort, whole)
        if ends:
            return 0
        return await _stay(whole)


async def _compared(api: Api, cohort: Cast) -> list[Compared]:
    asked = questions()
    _say("waiting until analytics has caught up")
    await caught_up(api, cohort, asked.programme)
    return compare(await computed(api, cohort, asked))


def _show(compared: Sequence[Compared], records: Sequence[Record]) -> None:
    excluded = resolutions(compared)
    equal, held = sum(line.equal is True for line in compared), len(compared) - len(excluded)
    print(f"\nAs of {questions().as_of}, the day on which the authors looked:\n")
    print(f"{table(compared)}\n\n{equal} of {held} figures equal the printed ones.")
    print(f"{len(excluded)} more are excluded by other figures of the report itself:")
    _list(excluded)
    print("\nWhere the report says a thing in two ways (domain sheet, 4.8):")
    _list(contradictions())
    print("\nPrinted figures that no event gives:")
    _list(untold())
    accepted = [r for r in records if r.attempts and r.attempts[-1].answer.kind == "accepted"]
    referred = sum(record.referral is not None for record in accepted)
    otherwise = sum(r.referral is not None and r.organisation is None for r in records)
    print(
        "\nThe single records are constructed, because the report prints aggregates only. "
        f"{referred} of the {len(accepted)}\nacceptances led to a referral by the hospital, and "
        f"{otherwise} cases came another way; so there are as many\nreferrals as acceptances, "
        "but they are not the same people.\n",
        flush=True,
    )


def _list(lines: Sequence[str]) -> None:
    print("\n".join(f"  {line}" for line in lines))


async def _show_today(api: Api, cohort: Cast, whole: Stack) -> None:
    """What lies in the past raised no mail; what happens today does."""
    if whole.servers.mail.process is None:
        _say(f"no candidate of today: mail goes to {whole.servers.mail.url}, not to a mailbox here")
        return
    _say("playing a candidate of today, from identification to the accepted referral")
    case_id, mail = await play_today(api, cohort, whole.mails)
    print(f"\nCase {case_id} was opened, and the desk got this mail:\n")
    for header in ("From", "To", "Subject", "Date", "Message-ID"):
        print(f"  {header}: {mail[header]}")
    print("\n" + "\n".join(f"  {line}".rstrip() for line in text(mail).splitlines()) + "\n")


async def _stay(whole: Stack) -> int:
    for service in whole.ports:
        print(f"{service:14} {whole.url(service)}/openapi.json")
    print(f"{'events':14} Kafka at {whole.servers.kafka}, topics <service>.events")
    print(f"{'logs and mail':14} {whole.folder}")
    figures = f"{whole.url('analytics')}/v1/figures/offers?programme=medical-incidents"
    print("\nTry, in this folder:")
    print(
        '  curl -s -H "Authorization: Bearer $(make -s token ROLE=analyst)" '
        f"'{figures}&asOf=2020-12-01'\n\nCtrl-C ends it.",
        flush=True,
    )
    try:
        await until_one_ends(whole)
    except asyncio.CancelledError:
        _say("stopping")
    return 0


def _case_managers(records: Sequence[Record]) -> list[int]:
    return sorted({record.support.case_manager for record in records if record.support})


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=SECONDS, trust_env=False)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
