"""Plans of faults: one seed makes one plan, with all there is in it; files are read as told."""

import re
from collections import Counter
from pathlib import Path

import orjson
import pytest

from chaos.mix import LEAST, mixed
from chaos.plan import FAULTS, BadPlan, Fault, Kind, Plan, passing, processes, read
from rig.windows import WINDOWS

README = (Path(__file__).parent / "README.md").read_text()


def test_a_seed_makes_one_plan_and_another_seed_another() -> None:
    assert mixed(7, 50, 30) == mixed(7, 50, 30)
    assert mixed(7, 50, 30).faults != mixed(8, 50, 30).faults


@pytest.mark.parametrize(
    ("seed", "kills"), [(seed, kills) for seed in range(20) for kills in (LEAST, 50)]
)
def test_every_fault_every_window_and_a_kill_of_every_process_at_an_instant_occur(
    seed: int, kills: int
) -> None:
    faults = mixed(seed, kills, 30).faults

    own = [f for f in faults if f.kind is Kind.KILL]
    hit = {(f.window, f.target.partition(".")[2]) for f in own if f.window}
    assert {fault.kind for fault in faults} == set(Kind)
    assert hit == {(name, kind) for name, window in WINDOWS.items() for kind in window.kinds}
    assert {f.target for f in own if not f.window} == set(processes())
    assert len(own) == kills
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)


def test_every_process_is_killed_in_a_long_campaign_and_servers_go_away_more_often() -> None:
    kinds = Counter(fault.kind for fault in mixed(7, 500, 30).faults)
    targets = {fault.target for fault in mixed(7, 500, 30).faults if fault.kind is Kind.KILL}

    assert targets == set(processes())
    assert kinds[Kind.KILL] == 500
    assert kinds[Kind.WIPE] == 5


def test_a_plan_that_was_reported_is_read_as_it_was(tmp_path: Path) -> None:
    plan = mixed(7, 50, 30)
    path = tmp_path / "report.json"
    path.write_bytes(orjson.dumps({**plan.as_json(), "violations": []}))

    again = read(path, seed=1, rate=1)

    assert (again.seed, again.rate) == (7, 30)
    assert [(f.name, f.target, f.seconds) for f in again.faults] == [
        (f.name, f.target, f.seconds) for f in plan.faults
    ]
    assert [f.at for f in again.faults] == pytest.approx([f.at for f in plan.faults], abs=0.001)


def test_a_plan_may_say_no_more_than_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text('{"faults": [{"at": 2, "fault": "kill-all"}, {"at": 1, "fault": "kill-all"}]}')

    one, two = Fault(at=1, kind=Kind.KILL_ALL), Fault(at=2, kind=Kind.KILL_ALL)
    assert read(path, seed=3, rate=4) == Plan(seed=3, rate=4, faults=[one, two])


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"fault": "kill", "target": "intake.api"}, "no plan"),
        ({"at": 1, "fault": "kil", "target": "intake.api"}, "no plan"),
        ({"at": 1, "fault": "kill", "target": "analytics.relay"}, "is none of intake.api"),
        ({"at": 1, "fault": "postgres-backend", "target": "intake.api"}, "is none of intake,"),
        ({"at": 1, "fault": "kill", "target": "intake.api", "window": "polled"}, "not pass"),
        ({"at": 1, "fault": "kill", "target": "intake.api", "window": "open"}, "not pass"),
    ],
)
def test_a_plan_that_cannot_be_played_is_refused(
    fault: dict[str, object], complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(orjson.dumps({"faults": [fault]}))

    with pytest.raises(BadPlan, match=complaint):
        read(path, seed=1, rate=1)


def test_the_readme_has_every_fault_and_every_window_with_its_processes() -> None:
    faults = _table("## Faults")
    windows = _table("## Windows")

    assert {row[0]: row[1] for row in faults} == {str(kind): said for kind, said in FAULTS.items()}
    assert {(row[0], row[1], row[2]) for row in windows} == {
        (name, ", ".join(window.kinds), window.meaning) for name, window in WINDOWS.items()
    }


def test_each_window_is_passed_by_somebody() -> None:
    assert all(set(passing(window)) <= set(processes()) and passing(window) for window in WINDOWS)


def _table(heading: str) -> list[list[str]]:
    """The rows of the first table of a section, without its head."""
    section = README.partition(f"{heading}\n")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in re.findall(r"(?m)^\| (.*) \|$", section)]
    return [[row[0].strip("`"), *row[1:]] for row in rows[1:]]
