"""Asks analytics for figures, after it has taken in what was played."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dev.failure import NotStarted
from dev.pilot.api import Api, Json
from dev.pilot.cast import Cast
from dev.pilot.comparison import Computed, Questions
from dev.pilot.oracle import Ask

CAUGHT_UP_SECONDS = 120.0
LOOK_SECONDS = 0.25
QUIET_LOOKS = 4
"""Sources are read in many partitions, so after the last event was seen others may still come."""


async def caught_up(api: Api, cast: Cast, programme: str) -> None:
    """Waits until analytics has seen the last thing written, and nothing more comes in."""
    deadline = time.monotonic() + CAUGHT_UP_SECONDS
    position, quiet = -1, 0
    while quiet < QUIET_LOOKS:
        basis = (await _figure(api, cast, "funnel", {"programme": programme}))["basis"]
        moved = basis["position"] != position
        position = basis["position"]
        behind = _behind(basis, api.positions)
        quiet = 0 if moved or behind else quiet + 1
        if time.monotonic() > deadline:
            raise NotStarted(
                f"analytics had not caught up within {CAUGHT_UP_SECONDS:g} s; "
                f"behind: {', '.join(behind) or 'nothing, but still moving'}"
            )
        await asyncio.sleep(LOOK_SECONDS)


def _behind(basis: Json, written: Mapping[str, int]) -> list[str]:
    seen = {mark["source"]: mark["position"] for mark in basis["watermarks"]}
    return sorted(source for source, last in written.items() if seen.get(source, 0) < last)


async def computed(api: Api, cast: Cast, questions: Questions) -> dict[str, Computed]:
    """The answers, by figure; one that analytics does not give is left out."""
    figures: dict[str, Json] = {}
    answers: dict[str, Computed] = {}
    for name, ask in questions.asks.items():
        parameters = {
            "programme": questions.programme,
            "asOf": questions.as_of.isoformat(),
            **{parameter: _value(cast, value) for parameter, value in ask.parameters.items()},
        }
        question = f"{ask.view}?{sorted(parameters.items())}"
        if question not in figures:
            figures[question] = await _figure(api, cast, ask.view, parameters)
        if answer := _picked(cast, figures[question], ask):
            answers[name] = answer
    return answers


async def _figure(api: Api, cast: Cast, view: str, parameters: Json) -> Json:
    path = f"/v1/figures/{view}"
    response = await api.read("analytics", path, token=cast.analyst, parameters=parameters)
    figure: dict[str, Any] = response.json()
    return figure


def _value(cast: Cast, value: object) -> str | list[str]:
    """A hospital or case manager is named by a number and asked for by its id."""
    if isinstance(value, list):
        return value
    return _ids(cast).get(str(value), str(value))


def _ids(cast: Cast) -> dict[str, str]:
    named = {"hospital": cast.hospitals, "case-manager": cast.case_managers}
    return {f"{name}-{n}": str(id_) for name, ids in named.items() for n, id_ in ids.items()}


def _picked(cast: Cast, figure: Json, ask: Ask) -> Computed | None:
    part: Any = figure.get("totals", figure)
    if ask.row is not None:
        organisation = _ids(cast)[ask.row]
        rows = (row for row in figure["rows"] if row["organisation"] == organisation)
        part = next(rows, None)
    if ask.list is not None:
        return _summed([item for item in figure[ask.list] if _is(cast, item, ask)], figure, ask)
    found: Any = None if part is None else _at(part, ask.field)
    off: Any = 0 if ask.less is None else _at(part, ask.less)
    return None if None in (found, off) else _computed((found - off) * ask.times, part, figure, ask)


def _computed(value: float, part: Json, figure: Json, ask: Ask) -> Computed:
    """Of how many the part says; what share of them is open stands beside that."""
    place, dot, _ = ask.n.rpartition(".")
    still_open = _at(part, f"{place}{dot}openShare") if ask.open else None
    return Computed(value, _at(part, ask.n), _at(figure, "basis.cutOff"), still_open)


def _summed(items: Sequence[Json], figure: Json, ask: Ask) -> Computed:
    computed = _computed(sum(_at(item, ask.field) for item in items), figure, figure, ask)
    if ask.n_of_item is None:
        return computed
    return replace(computed, n=sum(_at(item, ask.n_of_item) for item in items))


def _is(cast: Cast, item: Json, ask: Ask) -> bool:
    return all(
        item[name] in {_value(cast, code) for code in codes} for name, codes in ask.where.items()
    )


def _at(part: Any, path: str) -> Any:  # noqa: ANN401 - as JSON has it
    for name in path.split("."):
        part = None if part is None else part.get(name)
    return part
