"""Whether a case is heavy: what was said of it, and what the programme lets mark it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.examples import CRITICAL, HEAVY, INTENSIVE, NO_LONGER_HEAVY, OPENED
from casefile.case.heavy import heavy_reasons
from casefile.persons.examples import PATIENT_DIED
from casefile.track.examples import CLAIM_FILED, CLAIM_OPENED
from programmes.loader import load

DEFINITION = load().version("medical-incidents", 1)
SAID, CONDITION, DEATH = "weighs-on-case-manager", "critical-condition", "client-died"
WORSENED = replace(CRITICAL, condition="worsened")


@pytest.mark.parametrize(
    ("happened", "reasons"),
    [
        ([OPENED, INTENSIVE], []),
        ([OPENED, HEAVY], [SAID]),
        ([OPENED, WORSENED], []),
        ([OPENED, CRITICAL], [CONDITION]),
        ([OPENED, CRITICAL, WORSENED], [CONDITION]),
        ([OPENED, CRITICAL, HEAVY, PATIENT_DIED], [CONDITION, SAID, DEATH]),
        ([OPENED, CRITICAL, CRITICAL], [CONDITION]),
        ([OPENED, CRITICAL, NO_LONGER_HEAVY], []),
        ([OPENED, CRITICAL, NO_LONGER_HEAVY, PATIENT_DIED], [DEATH]),
    ],
)
def test_a_case_is_heavy_for_all_that_marked_it_since_the_mark_was_taken_away(
    happened: Sequence[object], reasons: Sequence[str]
) -> None:
    assert heavy_reasons(happened, DEFINITION) == reasons


def test_a_step_of_a_track_marks_a_case_where_the_programme_says_so() -> None:
    type_ = "leidraad.casefile.liability-claim-filed.v1"
    claimed = {"code": "claimed", "marked_by": type_, "when": {}}
    reason = DEFINITION.heavy.reasons[0].model_copy(update=claimed)
    heavy = DEFINITION.heavy.model_copy(update={"reasons": (reason,)})
    otherwise = DEFINITION.model_copy(update={"heavy": heavy})

    assert heavy_reasons([OPENED, CLAIM_OPENED, CLAIM_FILED], otherwise) == ["claimed"]
    assert heavy_reasons([OPENED, CLAIM_OPENED, CLAIM_FILED], DEFINITION) == []


HAPPENED = st.sampled_from([HEAVY, CRITICAL, WORSENED, INTENSIVE, PATIENT_DIED, NO_LONGER_HEAVY])


@given(before=st.lists(HAPPENED), after=st.lists(HAPPENED))
def test_whatever_happened_a_removal_leaves_only_what_marks_the_case_after_it(
    before: list[object], after: list[object]
) -> None:
    marked = heavy_reasons([*before, NO_LONGER_HEAVY, *after], DEFINITION)

    assert marked == heavy_reasons(after, DEFINITION)
