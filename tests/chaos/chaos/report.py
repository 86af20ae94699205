"""The report of a campaign: one JSON document, and the same as a table for people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from chaos import figures
from chaos.campaign import Outcome

Json = dict[str, Any]


def report(outcome: Outcome, command: str) -> Json:
    """Holds the plan, so that it can be played again: `make chaos PLAN=report.json`."""
    timeline, evidence, tally = outcome.timeline, outcome.evidence, outcome.tally
    return {
        **outcome.plan.as_json(),
        "command": command,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "violations": list(outcome.violations),
        "remarks": list(outcome.remarks),
        "seconds": {name: round(lasted, 1) for name, lasted in outcome.seconds.items()},
        "survived": figures.survived(timeline),
        "killed": figures.killed(timeline),
        "requests": {
            "begun": tally.begun,
            "tries": tally.tries,
            "commands a second": round(tally.begun / outcome.seconds["faults"], 1),
            "answers": {str(status): n for status, n in sorted(tally.answers.items())},
        },
        "unknown outcome": figures.unknown(evidence),
        "events": {service: len(books.log) for service, books in evidence.books.items()},
        "ready again, seconds": figures.ready_again(timeline),
        "first success, seconds": figures.first_success(timeline),
        "duplicates on the topics": figures.duplicates(evidence),
        "mails": figures.mails(evidence),
        "effects doubled": sum(v.startswith(("R2:", "R7:")) for v in outcome.violations),
    }


def as_bytes(made: Json) -> bytes:
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


def table(made: Json) -> str:
    """All but the plan."""
    counts = f"{len(made['violations'])} violations, {len(made['remarks'])} remarks"
    return "\n".join(["", *_lines(made), counts, ""])


def _lines(made: Json) -> Iterator[str]:
    for name, content in made.items():
        match content:
            case list():
                continue
            case dict():
                yield f"{name}:"
                yield from (f"  {key:40} {_cell(value)}" for key, value in content.items())
            case _:
                yield f"{name:42} {content}"


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {own}" for key, own in value.items())
    return str(value)
