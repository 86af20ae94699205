"""Of each field of the origin holds what was told of it last, by whoever learnt it last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.origin.decider import FIELDS, HearOrigin, OriginCommand, origin_decider
from casefile.origin.events import OriginDescribed, OriginEvent, OriginHeard
from casefile.origin.examples import ASSESSMENT, DESCRIBED, HEARD, HEARD_DATE, IS_CALAMITY
from events.decider import Rejected
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = case_decider.fold([OPENED])
OVER = case_decider.fold([OPENED, CLOSED])


def on(told: OriginDescribed, case: Case = OPEN) -> OriginCommand:
    return OnCase(case=case, command=told)


def heard(*told: OriginHeard, case: Case = OPEN) -> OriginCommand:
    return OnCase(case=case, command=HearOrigin(told=told))


def described(occurred: str, **fields: str) -> OriginDescribed:
    return OriginDescribed(**fields, occurred=Occurred.parse(occurred))


def standing(*told: OriginEvent) -> Mapping[str, str]:
    return origin_decider.fold(told).standing


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], DESCRIBED),
        ([DESCRIBED], IS_CALAMITY),
        ([HEARD], replace(IS_CALAMITY, status="possible-calamity")),
        ([DESCRIBED], replace(DESCRIBED, occurred=UNKNOWN)),
        ([IS_CALAMITY, replace(IS_CALAMITY, status="no-calamity")], IS_CALAMITY),
        ([], described("2027-01-20", discovered="2027-01", disclosed="2027")),
    ],
)
def test_what_is_told_is_kept(before: list[OriginEvent], told: OriginDescribed) -> None:
    assert outcome(origin_decider, given=before, when=on(told)) == [told]


@pytest.mark.parametrize("told", [DESCRIBED, replace(DESCRIBED, occurred=Occurred.parse("2025"))])
def test_it_is_learnt_before_the_case_opened_or_after_it_closed(told: OriginDescribed) -> None:
    told = replace(told, discovered=None, disclosed=None)
    late = replace(told, occurred=Occurred.parse("2027-06-01"))

    assert outcome(origin_decider, given=[], when=on(told)) == [told]
    assert outcome(origin_decider, given=[], when=on(late, OVER)) == [late]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([DESCRIBED], DESCRIBED),
        ([DESCRIBED, IS_CALAMITY], DESCRIBED),
        ([IS_CALAMITY, replace(IS_CALAMITY, occurred=Occurred.parse("2027-03"))], IS_CALAMITY),
    ],
)
def test_what_is_told_again_is_no_news(before: list[OriginEvent], told: OriginDescribed) -> None:
    assert outcome(origin_decider, given=before, when=on(told)) == []


def test_nothing_is_known_of_a_case_that_did_not_open() -> None:
    assert refusal(origin_decider, given=[], when=on(DESCRIBED, Case())) == "case-new"
    assert outcome(origin_decider, given=[], when=heard(HEARD, case=Case())) == []


FOUND = described("2027-02-18", discovered="2027-01-25")
LATE = "2027-02-20"


@pytest.mark.parametrize(
    ("before", "told", "reasons"),
    [
        (
            [HEARD_DATE],
            described(LATE, discovered="2027-01-19"),
            ["It was not discovered (2027-01-19) before it happened (2027-01-20)."],
        ),
        (
            [FOUND],
            described(LATE, disclosed="2027-01-24"),
            ["The client was not told (2027-01-24) before it was discovered (2027-01-25)."],
        ),
        (
            [HEARD_DATE],
            described(LATE, disclosed="2026"),
            ["The client was not told (2026) before it happened (2027-01-20)."],
        ),
        (
            [],
            described("2027-01-10", disclosed="2027-02-01", status="calamity"),
            ["This was not known (2027-01-10) before it happened (2027-02-01)."],
        ),
        (
            [replace(HEARD_DATE, origin="2027-04")],
            described("2027-01-10", discovered="2027-02", disclosed="2026-12"),
            [
                "It was not discovered (2027-02) before it happened (2027-04).",
                "The client was not told (2026-12) before it was discovered (2027-02).",
                "The client was not told (2026-12) before it happened (2027-04).",
                "This was not known (2027-01-10) before it happened (2027-02).",
            ],
        ),
    ],
)
def test_what_cannot_have_been_in_that_order_is_refused_with_all_that_is_wrong(
    before: list[OriginEvent], told: OriginDescribed, reasons: list[str]
) -> None:
    with pytest.raises(Rejected) as refused:
        outcome(origin_decider, given=before, when=on(told))

    assert refused.value.code == "impossible-order"
    assert refused.value.detail == " ".join(reasons)


def test_what_intake_dated_anew_hinders_nothing_that_is_told_of_other_fields() -> None:
    before: list[OriginEvent] = [FOUND, replace(HEARD_DATE, origin="2027-02-01")]

    assert outcome(origin_decider, given=before, when=on(IS_CALAMITY)) == [IS_CALAMITY]


def test_a_field_that_is_not_told_keeps_its_value() -> None:
    assert standing(HEARD_DATE, HEARD, DESCRIBED, IS_CALAMITY) == {
        "origin": "2027-01-20",
        "kind": "wrong-or-late-diagnosis",
        "consequence": "serious-harm",
        "status": "calamity",
        "discovered": "2027-01-25",
        "disclosed": "2027-02",
        "disclosed_by": "letter",
    }


AGAIN = replace(HEARD, status="no-calamity", occurred=Occurred.parse("2027-02-01"))
OTHER = replace(
    HEARD,
    assessment=uuid5(ASSESSMENT, "other"),
    status="calamity",
    occurred=Occurred.parse("2027-02-05"),
)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([HEARD, OTHER], "possible-calamity"),
        ([OTHER, HEARD], "possible-calamity"),
        ([HEARD, AGAIN], "no-calamity"),
        ([HEARD, OTHER, AGAIN], "calamity"),
        ([IS_CALAMITY, replace(HEARD, occurred=Occurred.parse("2027-02-23"))], "calamity"),
        ([IS_CALAMITY, replace(HEARD, occurred=Occurred.parse("2027-02-25"))], "possible-calamity"),
        ([replace(IS_CALAMITY, status="unknown"), HEARD], "unknown"),
        (
            [IS_CALAMITY, replace(HEARD, status="unknown", occurred=Occurred.parse("2027-03"))],
            "calamity",
        ),
        ([replace(HEARD, status="unknown")], "unknown"),
    ],
)
def test_an_assessment_of_intake_takes_its_place_in_time(
    told: list[OriginEvent], status: str
) -> None:
    assert standing(*told)["status"] == status


@pytest.mark.parametrize("occurred", ["2027-02-10", "2027-02-15", "2027-02-25"])
def test_the_date_that_intake_told_last_is_its_only_one_whenever_it_was_learnt(
    occurred: str,
) -> None:
    dated = OriginHeard(position=5, origin="2027-01-18", occurred=Occurred.parse(occurred))

    assert standing(HEARD_DATE, dated) == {"origin": "2027-01-18"}


@pytest.mark.parametrize("case", [OPEN, OVER])
def test_what_intake_tells_is_kept_once(case: Case) -> None:
    again = replace(HEARD, corrects=ASSESSMENT)

    both = outcome(origin_decider, given=[], when=heard(HEARD_DATE, HEARD, case=case))

    assert both == [HEARD_DATE, HEARD]
    assert outcome(origin_decider, given=both, when=heard(HEARD_DATE, again, case=case)) == []


def test_what_intake_told_earlier_and_comes_later_changes_nothing() -> None:
    given = [replace(HEARD_DATE, position=9), replace(AGAIN, position=9)]
    older = replace(HEARD_DATE, position=8, origin="2026-12"), replace(HEARD, position=8)
    newer = replace(HEARD_DATE, position=10, origin="2026-12"), replace(HEARD, position=10)

    assert outcome(origin_decider, given=given, when=heard(*older)) == []
    assert outcome(origin_decider, given=given, when=heard(*newer)) == [*newer]


def test_assessments_that_nobody_can_tell_apart_do_not_stand_for_each_other() -> None:
    early, late = replace(HEARD, assessment=None), replace(OTHER, assessment=None, position=5)

    assert standing(early, late)["status"] == "possible-calamity"


DATES = st.none() | st.sampled_from(["2026", "2027-01", "2027-01-20", "2027-01-25", "2027-02-01"])
CODES = st.none() | st.sampled_from(["unknown", "calamity"])
TIMES = st.sampled_from(
    [
        *(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)),
        Occurred.parse("2027"),
        UNKNOWN,
    ]
)
TOLD = st.builds(
    on,
    st.builds(
        OriginDescribed,
        discovered=DATES,
        disclosed=DATES,
        status=CODES,
        occurred=TIMES,
    ),
)


def by_hand(told: Sequence[OriginEvent]) -> Mapping[str, str]:
    """Each field walked through by itself."""
    found: dict[str, tuple[str, Occurred]] = {}
    for event in told:
        for field in FIELDS:
            value, before = getattr(event, field, None), found.get(field)
            if value and (before is None or not event.occurred.certainly_before(before[1])):
                found[field] = (value, event.occurred)
    return {field: value for field, (value, _) in found.items()}


@given(st.lists(TOLD))
def test_whatever_is_told_nothing_stands_in_an_impossible_order_and_repeating_adds_nothing(
    commands: list[OriginCommand],
) -> None:
    events = lived(origin_decider, commands)

    assert origin_decider.fold(events).standing == by_hand(events)
    assert lived(origin_decider, [*commands, *commands[-1:]]) == events
    for event in events:
        said = [v for f in ("discovered", "disclosed") if (v := getattr(event, f, None))]
        dates = [Occurred.parse(value) for value in said]
        assert not any(b.certainly_before(a) for a, b in pairwise(dates))
        assert not any(event.occurred.certainly_before(date) for date in dates)
