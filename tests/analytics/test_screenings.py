"""What was found of each criterion, and what another version of the criteria says of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.examples import HOSPITAL, KEY, PROGRAMME, told
from analytics.figures.criteria import judged
from analytics.log import Fact
from analytics.views.screenings import rows
from events.contracts.contract import Known
from events.contracts.intake import (
    CriterionAssessed,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
    ReferralWithdrawn,
)
from events.history import facts
from programmes import load

[DEFINITION] = load().definitions
RULES = {(PROGRAMME, version.version): version for version in DEFINITION.criteria}

REFERRED = told(
    1, ReferralMade(source="hospital", organisation=HOSPITAL, origin=None), "2019-01-07"
)
MET = told(
    2, CriterionAssessed(criterion="calamity", outcome="yes", criteria_version=1), "2019-01-09"
)
NOT_KNOWN = told(
    3,
    CriterionAssessed(criterion="serious-consequences", outcome="unknown", criteria_version=1),
    "2019-01-09",
)
ACCEPTED = told(4, ReferralAccepted(criteria_version=1, organisation=HOSPITAL), "2019-01-09")
SCREENED_OUT = told(
    4, ReferralScreenedOut(criteria_version=1, reason="other-problem"), "2019-01-09"
)
WITHDRAWN = told(2, ReferralWithdrawn(reason="other"), "2019-01-09")


@pytest.mark.parametrize(("decided", "accepted"), [(ACCEPTED, True), (SCREENED_OUT, False)])
def test_a_referral_waits_and_is_decided_on_by_what_was_found(
    decided: Fact, *, accepted: bool
) -> None:
    waiting, done = rows(KEY, facts([REFERRED, MET, NOT_KNOWN, decided]))

    assert (waiting["criteria_version"], waiting["accepted"], waiting["outcomes"]) == (
        None,
        None,
        [],
    )
    assert (done["criteria_version"], done["accepted"], done["organisation"]) == (
        1,
        accepted,
        HOSPITAL,
    )
    assert done["outcomes"] == ["calamity=yes", "serious-consequences=unknown"]


def test_who_took_a_referral_back_was_not_screened() -> None:
    [row] = rows(KEY, facts([REFERRED, WITHDRAWN]))

    assert row["criteria_version"] is None


def found(
    decided: int | None, referrals: int, accepted: int, **outcomes: Known
) -> dict[str, object]:
    return {
        "programme": PROGRAMME,
        "criteria_version": decided,
        "outcomes": [f"{name.replace('_', '-')}={said}" for name, said in outcomes.items()],
        "referrals": referrals,
        "accepted": accepted,
    }


FITS: dict[str, Known] = {
    "participating_hospital": "yes",
    "calamity": "yes",
    "reported_to_inspectorate": "yes",
}


def test_each_is_judged_by_its_own_version_and_by_the_other_one() -> None:
    grouped = [
        found(1, 5, 4, **FITS, serious_consequences="yes"),
        found(1, 2, 2, **FITS, serious_consequences="no"),
        found(1, 3, 3, **FITS),
        found(1, 4, 0, **{**FITS, "calamity": "no"}, serious_consequences="yes"),
        found(1, 1, 0, **{**FITS, "participating_hospital": "no"}),
        found(None, 9, 0),
    ]

    shown = [
        (row.in_force, row.compared, row.referrals, row.accepted)
        for row in judged(grouped, RULES, 3)
    ]

    assert shown == [
        ("no", "no", 1, 0),
        ("no", "yes", 4, 0),
        ("yes", "no", 2, 2),
        ("yes", "unknown", 3, 3),
        ("yes", "yes", 5, 4),
    ]


def test_of_a_version_that_is_gone_nobody_knows_what_it_said() -> None:
    [row] = judged([found(7, 1, 1, **FITS)], RULES, 1)

    assert (row.criteria_version, row.in_force, row.compared) == (7, "unknown", "yes")


said: st.SearchStrategy[Known] = st.sampled_from(["yes", "no", "unknown"])
outcomes = st.dictionaries(st.sampled_from(sorted(DEFINITION.assessable())), said)


@given(
    screened=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9), outcomes)),
    version=st.integers(1, 3),
)
def test_all_are_judged_once_and_by_its_own_version_nobody_otherwise(
    screened: list[tuple[int, int, dict[str, Known]]], version: int
) -> None:
    told_so = [found(decided, number, 0, **said) for decided, number, said in screened]

    judged_so = judged(told_so, RULES, version)

    assert sum(row.referrals for row in judged_so) == sum(number for _, number, _ in screened)
    own = [row for row in judged_so if row.criteria_version == version]
    assert all(row.in_force == row.compared for row in own)
