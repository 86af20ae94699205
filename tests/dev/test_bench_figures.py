"""How the benchmark counts: medians, ratios of each round, what is left out, what is reported."""

import asyncio
import math
from io import StringIO
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from dev.bench.__main__ import bench
from dev.bench.campaign import Measured, Turn, measured, quantile, quieter
from dev.bench.disturbance import Used, foreign
from dev.bench.figures import Figure, measures, others, ratio
from dev.bench.listening import Listener
from dev.bench.load import MOST_LATENCIES, Sample, drive, thinned
from dev.bench.outcome import Outcome
from dev.bench.report import number, show, write
from dev.bench.stored import stream_mistakes
from dev.failure import NotStarted
from dev.stack import PORTS
from events.contracts.contract import Contract
from events.contracts.intake import CandidateIdentified
from events.store import Recorded
from events.testing import numbered, recorded

OURS, BASE = "ours", "base"


def turn(ours: float, base: float, others: float = 0.0) -> Turn:
    return {
        OURS: Measured(rate=ours, p50_ms=1, p99_ms=3, caller_us=20, server_us=30, foreign=others),
        BASE: Measured(rate=base, p50_ms=2, p99_ms=4, caller_us=50, server_us=90, foreign=0.0),
    }


def sample(operations: int, *latencies: float) -> Sample:
    return Sample(operations=operations, seconds=2.0, cpu_seconds=0.5, latencies=latencies)


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    turns = [turn(300, 100), turn(200, 100), turn(50, 50)]

    compared = ratio(turns, OURS, BASE, goal=2.0)

    assert compared.rounds == [3.0, 2.0, 1.0]
    assert (compared.value, compared.spread, compared.reached) == (2.0, (1.0, 3.0), True)
    assert compared.compared_to == BASE


def test_a_floor_is_missed_from_below_and_a_ceiling_from_above() -> None:
    floor = Figure(name="rate", unit="x", rounds=[1.9], goal=2.0)
    ceiling = Figure(name="age", unit="ms", rounds=[21.0], goal=20.0, at_most=True)
    free = Figure(name="rate", unit="x", rounds=[1.9])

    assert (floor.reached, ceiling.reached, free.reached) == (False, False, None)


def test_where_the_base_did_nothing_no_ratio_is_reached() -> None:
    compared = ratio([turn(100, 0)], OURS, BASE, goal=2.0)

    assert math.isnan(compared.value)
    assert compared.reached is False
    assert number(compared.value) == "-"


def test_the_processes_of_a_variant_are_added_up() -> None:
    before, after = Used(1.0, 10.0, {7: 1.0}), Used(5.0, 20.0, {7: 4.0})

    one = measured([sample(100, 0.001, 0.002), sample(300, 0.003, 0.100)], before, after)

    assert one.rate == 200.0
    assert (one.p50_ms, one.p99_ms) == (3.0, 100.0)
    assert (one.caller_us, one.server_us) == pytest.approx((2500.0, 5000.0))
    assert one.foreign == pytest.approx(0.1)


def test_a_quantile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(quantile([], 0.5))
    assert quantile([7.0], 0.99) == 7.0
    assert [quantile(range(100), share) for share in (0.5, 0.99, 1.0)] == [50, 99, 99]


def test_of_two_tries_the_quieter_counts_whatever_its_result() -> None:
    slow, fast = turn(100, 100, 0.01)[OURS], turn(900, 100, 0.3)[OURS]

    assert quieter(fast, slow) == quieter(slow, fast) == slow


def test_a_round_is_as_disturbed_as_its_most_disturbed_variant() -> None:
    figure = others([turn(100, 100, 0.3), turn(100, 100, 0.02)])

    assert figure.rounds == [30.0, 2.0]
    assert figure.unit == "%"


def test_what_others_used_is_what_was_neither_idle_nor_ours() -> None:
    before = Used(busy=10.0, total=100.0, own={1: 2.0})
    after = Used(busy=16.0, total=110.0, own={1: 4.0, 2: 1.0})

    assert foreign(before, after) == pytest.approx(0.3)
    assert foreign(before, before) == 0.0


def test_few_latencies_stand_for_many() -> None:
    many = [float(n) for n in reversed(range(10 * MOST_LATENCIES))]

    few = thinned(many)

    assert len(few) <= MOST_LATENCIES
    assert few == sorted(few)
    assert quantile(few, 0.5) == pytest.approx(quantile(sorted(many), 0.5), rel=0.01)


async def test_a_caller_that_fails_stops_and_is_counted() -> None:
    calls = 0

    async def the_third_fails() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        if calls == 3:
            raise ValueError(calls)

    driven = await drive([the_third_fails], 60)

    assert driven.operations == len(driven.latencies) == 2
    assert driven.failures == ["ValueError(3)"]


async def test_callers_repeat_until_time_is_up() -> None:
    calls = 0

    async def call() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)

    driven = await drive([call] * 3, 0.02)

    assert driven.operations == calls > 3
    assert driven.seconds >= 0.02
    assert driven.failures == []


async def test_what_arrives_between_two_rounds_is_told_with_the_next() -> None:
    listener = Listener()
    candidate = CandidateIdentified(organisation=numbered(7), origin=None)
    between: Recorded[Contract] = recorded(candidate, version=4)

    await listener.take(between)
    first, second = await listener.run(0.01), await listener.run(0.01)

    assert first.acknowledged == {str(between.stream): 4}
    assert (first.operations, second.acknowledged) == (0, {})


def test_streams_are_held_against_what_was_acknowledged() -> None:
    acknowledged = {"lost": 1, "short": 3, "gap": 2, "changed": 1, "good": 2}
    stored = [
        ("short", 2, 1, 2, True),
        ("gap", 2, 1, 3, True),
        ("changed", 1, 1, 1, False),
        ("good", 2, 1, 2, True),
        ("unasked", 1, 1, 1, True),
    ]

    mistakes = stream_mistakes(stored, acknowledged)

    assert [mistake.split()[1].rstrip(":") for mistake in mistakes] == [
        *("lost", "short", "gap", "changed"),
        "unasked",
    ]
    assert stream_mistakes([("good", 2, 1, 2, True)], {"good": 2}) == []


def test_many_mistakes_are_told_by_number() -> None:
    mistakes = stream_mistakes([], {str(n): 1 for n in range(20)})

    assert mistakes[-1] == "and 15 more"


def test_table_and_json_say_the_same(tmp_path: Path) -> None:
    turns = [turn(150, 100), turn(160, 100), turn(170, 100)]
    figures = [ratio(turns, OURS, BASE, goal=2.0, note="it is new"), *measures(turns, BASE)]
    outcome = Outcome(server={"fsync": "on"}, figures=figures, mistakes=["one is lost"])
    terminal = StringIO()
    console = Console(width=120, file=terminal)

    show({"append": outcome}, console)
    write({"append": outcome}, {"processors": 2}, tmp_path / "bench.json")

    shown = terminal.getvalue()
    [line] = [line for line in shown.splitlines() if "│ ours" in line]
    cells = [cell.strip() for cell in line.split("│")[1:-1]]
    assert cells == [OURS, "1.6", "x", "1.5", "1.7", BASE, "2", "NO"]
    assert "append: one is lost" in shown
    assert "ours / base: it is new" in shown
    report = orjson.loads((tmp_path / "bench.json").read_bytes())
    part = report["parts"]["append"]
    assert report["machine"] == {"processors": 2}
    assert part["server"] == {"fsync": "on"}
    assert part["mistakes"] == ["one is lost"]
    assert part["figures"][0] == {
        "name": OURS,
        "value": 1.6,
        "unit": "x",
        "comparedTo": BASE,
        "goal": 2.0,
        "goalIs": "at least",
        "reached": False,
        "rounds": [1.5, 1.6, 1.7],
        "spread": [1.5, 1.7],
        "note": "it is new",
    }
    assert [figure["unit"] for figure in part["figures"][1:]] == ["1/s", "ms", "ms", "us", "us"]


@pytest.mark.parametrize("address", [f"DATABASE_URL_{name.upper()}" for name in PORTS])
async def test_servers_of_others_are_not_filled(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv(address, "postgresql://elsewhere/theirs")

    with pytest.raises(NotStarted, match=f"unset {address}"):
        await bench([], rounds=1, seconds=1, report=None)
