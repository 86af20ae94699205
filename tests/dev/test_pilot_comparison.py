"""The comparison says yes only where a figure is what the report printed."""

from decimal import Decimal
from pathlib import Path

import orjson
import pytest
import yaml

from dev.pilot.comparison import (
    Computed,
    all_equal,
    compare,
    contradictions,
    resolutions,
    table,
    untold,
    write_report,
)
from dev.pilot.oracle import ORACLE, Figure, read

FIGURES = {figure.figure: figure for figure in read().all()}
COMPARED = {name for name, figure in FIGURES.items() if figure.resolution is None}
EXCLUDED = sorted(FIGURES.keys() - COMPARED)


def _perfect() -> dict[str, Computed]:
    """For every figure, a value in the middle of what it admits."""
    return {name: Computed(_middle(figure), _of(figure)) for name, figure in FIGURES.items()}


def _of(figure: Figure) -> int | None:
    return figure.counted if figure.base is None else figure.base


def _middle(figure: Figure) -> float:
    low, high = _ends(figure)
    return (low + high) / 2


def _ends(figure: Figure) -> tuple[float, float]:
    if figure.value is not None:
        return float(figure.value), float(figure.value)
    low = figure.above if figure.least is None else figure.least
    high = figure.below if figure.most is None else figure.most
    assert low is not None
    assert high is not None
    return float(low), float(high)


def test_the_oracle_holds_every_figure_that_the_demo_shows() -> None:
    cells = [name for name in FIGURES if name.startswith("table-4.1/")]
    funnel = [name for name in FIGURES if name.startswith("funnel/")]
    excluded = [name for name, figure in FIGURES.items() if figure.resolution]

    marks = [name for name in FIGURES if name.startswith("table-2.1/")]
    respondents = [name for name in FIGURES if name.startswith("table-1.1/")]

    assert (len(cells), len(marks), len(respondents)) == (40, 27, 5)
    assert len(funnel) == 10
    assert len(FIGURES) == 156
    assert excluded == [
        "lawyer/engaged-without-investigation",
        "lawyer/engaged-with-investigation",
        "study/practical-functioning-not-below-seven",
    ]


def test_all_nine_contradictions_of_the_report_stay_visible() -> None:
    found = read().contradictions
    named = {name: c for c in found for name in c.figures}

    assert [c.number for c in found] == list(range(1, 10))
    assert len(contradictions()) == 9
    assert named.keys() <= FIGURES.keys()
    assert {name for name in FIGURES if FIGURES[name].resolution} == {
        name for name, c in named.items() if c.equal is None
    }


def test_what_no_event_tells_is_shown_with_its_reason_and_not_asked_for() -> None:
    assert len(untold()) == len(read().untold) == 11
    assert all(line.reason for line in read().untold)
    assert not {line.figure for line in read().untold} & FIGURES.keys()


def test_a_number_of_people_that_is_not_printed_is_not_shown_as_if_it_were() -> None:
    compared = {line.figure: line for line in compare(_perfect())}

    assert (compared["hours-per-case"].n, compared["hours-per-case"].base) == (47, None)
    assert (compared["length-of-support"].n, compared["length-of-support"].base) == (47, 47)
    assert not all_equal(compare(_perfect() | {"hours-per-case": Computed(21, 46)}))


def test_a_cell_has_as_many_decimals_as_are_printed() -> None:
    mean = FIGURES["table-2.1/housing/mean"]

    assert (mean.value, mean.decimals, mean.base) == (Decimal("8.6"), 1, 21)
    assert mean.ask.where == {"wave": ("first",), "score": ("housing",)}


def test_figures_as_printed_are_equal() -> None:
    compared = compare(_perfect())

    assert all_equal(compared)
    assert len(compared) == len(FIGURES)


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_every_figure_can_differ(name: str) -> None:
    wrong = Computed(_ends(FIGURES[name])[1] + 1, _of(FIGURES[name]))

    differing = [line.figure for line in compare(_perfect() | {name: wrong}) if line.equal is False]

    assert differing == [name]


def test_a_figure_without_an_answer_is_not_equal() -> None:
    answers = _perfect()
    del answers["funnel/open"]

    (missing,) = (line for line in compare(answers) if line.equal is False)

    assert missing.figure == "funnel/open"
    assert missing.computed is None
    assert not all_equal(compare(answers))


@pytest.mark.parametrize("name", EXCLUDED)
def test_what_other_printed_figures_exclude_is_neither_equal_nor_different(name: str) -> None:
    other = _perfect() | {name: Computed(1, 1)}
    without = {figure: answer for figure, answer in other.items() if figure != name}

    assert {line.figure: line.equal for line in compare(other)}[name] is None
    assert all_equal(compare(other))
    assert not all_equal(compare(without))
    assert [line.split()[0] for line in resolutions(compare(other))] == [
        name for name in FIGURES if name in EXCLUDED
    ]
    assert [line.split()[0] for line in table(compare(other)).splitlines() if "excluded" in line]


def test_a_figure_of_another_number_of_people_is_not_equal() -> None:
    name = "incident-to-referral"
    of_all_referred = Computed(_middle(FIGURES[name]), 53)

    assert not all_equal(compare(_perfect() | {name: of_all_referred}))


@pytest.mark.parametrize(
    ("value", "equal"), [(2.4999, False), (2.5, True), (2.9999, True), (3.0, False)]
)
def test_almost_three_begins_at_two_and_a_half_and_ends_before_three(
    value: float, *, equal: bool
) -> None:
    name = "incident-to-referral"

    assert all_equal(compare(_perfect() | {name: Computed(value, 47)})) is equal


@pytest.mark.parametrize(
    ("ends", "holding", "failing"),
    [
        ({"above": 3, "below": 4}, ("3.01", "3.99"), ("3", "4")),
        ({"from": "2.25", "to": "2.75"}, ("2.25", "2.75"), ("2.24", "2.76")),
        ({"value": 16}, ("15.5", "16.49"), ("15.49", "16.5")),
    ],
)
def test_the_ends_of_an_interval_count_as_they_are_written(
    ends: dict[str, object], holding: tuple[str, ...], failing: tuple[str, ...]
) -> None:
    ask = {"view": "funnel", "field": "open"}
    figure = Figure.model_validate(
        {"figure": "f", "source": "s", "printed": "p", "ask": ask, **ends}
    )

    assert all(figure.holds(Decimal(number), None) for number in holding)
    assert not any(figure.holds(Decimal(number), None) for number in failing)


def test_a_figure_that_could_not_differ_is_refused() -> None:
    with pytest.raises(ValueError, match="needs one number"):
        Figure.model_validate(
            {
                "figure": "f",
                "source": "s",
                "printed": "p",
                "from": 1,
                "ask": {"view": "funnel", "field": "open"},
            }
        )


def test_a_figure_is_of_as_many_as_is_printed_or_as_is_counted() -> None:
    figure = FIGURES["length-of-support"].model_dump(by_alias=True)

    with pytest.raises(ValueError, match="as is printed, or as is counted"):
        Figure.model_validate({**figure, "counted": 47})


def test_changing_one_figure_in_the_oracle_file_is_noticed(tmp_path: Path) -> None:
    content = yaml.safe_load(ORACLE.read_text(encoding="utf-8"))
    content["tables"][0]["rows"]["hospital-4"][4] = "74%"
    changed = tmp_path / "oracle.yaml"
    changed.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    (differing,) = (line for line in compare(_perfect(), changed) if line.equal is False)

    assert differing.figure == "table-4.1/hospital-4/accepted-percentage"
    assert (differing.printed, differing.computed) == ("74%", 73)


def test_the_report_holds_one_number_per_figure_rounded_as_printed(tmp_path: Path) -> None:
    name = "table-4.1/total/accepted-percentage"
    answers = _perfect() | {name: Computed(100 * 53 / 147, 147, "2020-12-01", 0.25)}

    write_report(compare(answers), tmp_path / "figures.json")

    lines = {
        line["figure"]: line for line in orjson.loads((tmp_path / "figures.json").read_bytes())
    }
    assert lines[name] == {
        "figure": name,
        "source": "table 4.1, total",
        "printed": "36%",
        "computed": 36,
        "statistic": "share",
        "n": 147,
        "base": None,
        "cut_off": "2020-12-01",
        "open_share": 0.25,
        "equal": True,
        "resolution": None,
    }


def test_the_table_shows_of_how_many_a_figure_is_and_what_share_of_them_is_open() -> None:
    length = Computed(13.2, 47, "2020-12-01", 0.2979)

    (line,) = (
        line
        for line in table(compare(_perfect() | {"length-of-support": length})).splitlines()
        if line.startswith("length-of-support ")
    )

    assert line.split()[-5:] == ["mean", "47", "47", "30%", "yes"]


def test_the_table_shows_what_differs() -> None:
    lines = table(compare(_perfect() | {"funnel/open": Computed(15)})).splitlines()

    assert len(lines) == len(FIGURES) + 2
    assert lines[0].split()[-6:] == ["statistic", "n", "printed", "n", "open", "equal"]
    assert [line.split()[0] for line in lines if line.endswith("NO")] == ["funnel/open"]
