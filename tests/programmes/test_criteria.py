"""The versions of the criteria of the shipped programme, and whom each of them admits."""

from datetime import date

import pytest

from programmes import Definition, codes, load


@pytest.fixture
def definition() -> Definition:
    return load().current("medical-incidents", date(2019, 6, 1))


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2016, 5, 1), 1),
        (date(2018, 12, 31), 1),
        (date(2019, 1, 1), 2),
        (date(2020, 12, 1), 2),
    ],
)
def test_the_criteria_in_force_depend_on_the_day(
    definition: Definition, day: date, version: int
) -> None:
    assert definition.criteria_on(day).version == version


def test_the_second_criteria_also_admit_a_possible_calamity_with_complex_consequences(
    definition: Definition,
) -> None:
    outcomes = {
        "participating-hospital": "yes",
        "calamity": "unknown",
        "reported-to-inspectorate": "no",
        "possible-calamity": "yes",
        "complex-consequences": "yes",
    }

    assert definition.criteria_on(date(2019, 6, 1)).accepts(outcomes)
    assert not definition.criteria_on(date(2018, 9, 1)).accepts(outcomes)


@pytest.mark.parametrize("outcome", ["no", "unknown"])
def test_a_criterion_that_is_not_known_to_be_met_is_not_met(
    definition: Definition, outcome: str
) -> None:
    criteria = definition.criteria_on(date(2018, 9, 1))
    met = dict.fromkeys(codes(criteria.criteria), "yes")

    assert criteria.accepts(met)
    assert not criteria.accepts(met | {"calamity": outcome})


def test_a_proposed_version_decides_on_nobody_but_says_what_it_would_have_decided(
    definition: Definition,
) -> None:
    proposed = definition.criteria_of(3)

    assert proposed is not None
    assert proposed.valid_from is None
    assert all(definition.criteria_on(date(year, 1, 1)) != proposed for year in range(2016, 2100))
    met = {"participating-hospital": "yes", "serious-consequences": "yes"}
    assert proposed.verdict(met) == "yes"
    assert proposed.verdict(met | {"serious-consequences": "no"}) == "no"
    assert proposed.verdict({"participating-hospital": "yes", "calamity": "no"}) == "unknown"


def test_what_any_version_asks_may_be_assessed(definition: Definition) -> None:
    asked = [codes(version.criteria) for version in definition.criteria]

    assert len(asked) == 3
    assert definition.assessable() == asked[0] | asked[1] | asked[2]
    assert definition.criteria_of(4) is None


def test_whether_one_of_several_sets_is_met_may_be_certain_before_all_is_known(
    definition: Definition,
) -> None:
    criteria = definition.criteria_on(date(2019, 6, 1))

    assert criteria.verdict({"participating-hospital": "no"}) == "no"
    assert criteria.verdict({"calamity": "no", "possible-calamity": "no"}) == "no"
    assert criteria.verdict({"calamity": "no"}) == "unknown"
