"""A test of the tests: with any one of the guards removed, the ordinary suite is red."""

from pathlib import Path

import pytest

from mutation.guard import Guard
from mutation.guards import GUARDS
from mutation.run import RED, SECONDS, apply, copied, outcomes

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(SECONDS + 20)]


def test_with_all_guards_in_place_the_same_tests_pass(tmp_path: Path) -> None:
    tests = {test for guard in GUARDS for test in guard.seen_by}

    assert outcomes(copied(tmp_path), sorted(tests)) == dict.fromkeys(tests, "passed")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_it_the_suite_is_red(guard: Guard, tmp_path: Path) -> None:
    apply(copied(tmp_path), guard.edits)

    found = outcomes(tmp_path, guard.seen_by)

    assert found.keys() == set(guard.seen_by)
    assert [test for test, outcome in found.items() if not outcome.startswith(RED)] == []
