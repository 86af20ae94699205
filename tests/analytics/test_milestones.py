"""When each kind of event first happened, and how precisely that is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from analytics.examples import CALLED, HOSPITAL, KEY, PROGRAMME, told
from analytics.log import Fact
from analytics.views.milestones import MILESTONES, Names, rows_with
from events.contracts.casefile import (
    CONTRACTS,
    STANDS_FOR,
    CaseClosed,
    CaseOpened,
    FirstContactMade,
    StepData,
    TrackStepRecorded,
)
from events.contracts.intake import (
    CandidateIdentified,
    OfferDeclined,
    OriginDated,
    ReferralMade,
)
from events.history import facts
from events.occurrence import Occurred, end_of
from events.views import Row, believed

ROWS = rows_with({(PROGRAMME, 1): Names("harm", {"rudder-mended": ("repairs",)})})
VIEW = replace(MILESTONES, rows=ROWS)
STEP = "leidraad.casefile.rudder-mended.v1"
MENDED = TrackStepRecorded(track="repair", step="mended", outcome=None)


class MendedData(StepData):
    by_hand: str
    tools: tuple[str, ...]
    days: int
    on: date


def identified(origin: str | None) -> Fact:
    return told(1, CandidateIdentified(organisation=HOSPITAL, origin=origin), "2019-03-01")


def rows(told_facts: Sequence[Fact]) -> list[Row]:
    return ROWS(KEY, facts(told_facts))


def by_name(told_facts: Sequence[Fact]) -> dict[str, Row]:
    """The first of each."""
    return {row["milestone"]: row for row in rows(told_facts) if row["first"]}


def test_a_step_of_any_track_is_a_milestone_under_the_name_of_its_event() -> None:
    row = by_name([told(1, MENDED, "2019-05-01T22:30:00Z", type_=STEP)])["rudder-mended"]

    assert (row["day"], row["precision"]) == (date(2019, 5, 2), "instant")


def test_an_event_that_nobody_has_registered_is_a_milestone_too() -> None:
    fact = told(1, {"anything": 1}, "2019-05-01", type_="leidraad.scheduling.bell-rung.v1")

    assert by_name([fact])["bell-rung"]["event"] == fact.id


def test_the_first_occurrence_counts_however_late_it_is_recorded() -> None:
    second = told(1, MENDED, "2019-05-01", type_=STEP)
    first = told(2, MENDED, "2019-02-01", type_=STEP, recorded="2020-01-01")

    assert by_name([second, first])["rudder-mended"]["event"] == first.id


def test_a_step_is_there_each_time_that_it_happened_and_other_events_once() -> None:
    opened = CaseOpened(organisation=HOSPITAL, spell=1)
    twice = [told(1, MENDED, "2019-05-01", type_=STEP), told(2, MENDED, "2019-06-01", type_=STEP)]
    other = [told(3, opened, "2019-05-01"), told(4, opened, "2019-06-01")]

    found = [(row["milestone"], row["first"]) for row in rows([*twice, *other])]

    assert sorted(found) == [
        ("case-opened", True),
        ("repairs", True),
        ("rudder-mended", False),
        ("rudder-mended", True),
    ]


def test_what_a_step_says_is_kept_as_far_as_it_can_be_counted() -> None:
    data = MendedData(by_hand="yes", tools=("saw", "glue"), days=3, on=date(2019, 5, 1))
    mended = TrackStepRecorded(track="repair", step="mended", outcome="held", data=data)

    row = by_name([told(1, mended, "2019-05-01", type_=STEP)])["rudder-mended"]

    assert (row["track"], row["step"], row["outcome"]) == ("repair", "mended", "held")
    assert row["said"] == ["by-hand=yes", "tools=saw", "tools=glue"]


def test_an_event_says_what_of_it_can_be_counted_and_comes_again_only_with_something_new() -> None:
    closings = [("settled", 1), ("settled", 1), ("unknown", 2)]
    closed = [
        told(number, CaseClosed(reason=reason, spell=spell), f"2019-0{number}-01")
        for number, (reason, spell) in enumerate(closings, start=1)
    ]

    found = [(row["said"], row["first"]) for row in rows(closed)]

    assert found == [(["reason=settled", "spell=1"], True), (["reason=unknown", "spell=2"], False)]


def test_yes_and_no_and_several_codes_are_said_and_ids_and_days_are_not() -> None:
    declined = OfferDeclined(attempt=2, reasons=["too-early", "unknown"], final=True)
    said = by_name([identified("2018-11-20"), told(2, declined, "2019-03-02")])

    assert said["candidate-identified"]["said"] == []
    assert said["offer-declined"]["said"] == [
        "attempt=2",
        "reasons=too-early",
        "reasons=unknown",
        "final=true",
    ]


def test_activities_say_only_what_effort_does_not_count() -> None:
    treated = CALLED.model_copy(update={"treatment": {"respect": "unknown", "apology": "no"}})
    doubted = CALLED.model_copy(update={"boundary_doubts": ("process-or-content",)})
    calls = (CALLED, treated, treated, doubted)

    found = rows_with({})(KEY, [told(n, said, "2019-05-01") for n, said in enumerate(calls, 1)])

    assert [row["said"] for row in found] == [
        [],
        ["apology=no", "respect=unknown"],
        ["boundary-doubts=process-or-content"],
    ]


def test_a_closing_says_what_its_checklist_does_and_which_needs_stay_open() -> None:
    closed = CaseClosed(
        reason="settled",
        spell=1,
        checklist={"evaluated": "no", "both-agree": "unknown"},
        open_needs=("legal", "legal"),
    )
    [row] = rows_with({})(KEY, [told(1, closed, "2019-05-01")])

    assert row["said"] == [
        "reason=settled",
        "spell=1",
        "open-needs=legal",
        "open-needs=legal",
        "both-agree=unknown",
        "evaluated=no",
    ]


def test_a_group_of_steps_is_a_milestone_when_the_first_of_them_is() -> None:
    second = told(1, MENDED, "2019-05-01", type_=STEP)
    first = told(2, MENDED, "2019-02-01", type_=STEP, recorded="2020-01-01")

    assert by_name([second, first])["repairs"]["event"] == first.id


def test_a_date_that_is_not_known_to_the_day_has_no_day() -> None:
    vague = told(1, MENDED, "2019-05", type_=STEP)
    unknown = told(1, MENDED, "unknown", type_=STEP)

    assert by_name([vague])["rudder-mended"]["day"] is None
    assert by_name([unknown])["rudder-mended"]["precision"] == "unknown"
    assert by_name([unknown])["rudder-mended"]["happened_at"] == unknown.recorded_at


def test_the_origin_is_a_milestone_under_the_programmes_own_name() -> None:
    row = by_name([identified("2018-11-20")])["harm"]

    assert (row["day"], row["happened_at"]) == (date(2018, 11, 20), Occurred.parse("2018-11-20").at)


def test_the_referral_says_the_last_word_on_the_origin_unless_it_says_nothing() -> None:
    better = told(
        2, ReferralMade(source="self", organisation=None, origin="2018-11-19"), "2019-03-05"
    )
    silent = told(2, ReferralMade(source="self", organisation=None, origin=None), "2019-03-05")

    assert by_name([identified("2018-11-20"), better])["harm"]["day"] == date(2018, 11, 19)
    assert by_name([identified("2018-11-20"), silent])["harm"]["day"] == date(2018, 11, 20)


def test_a_date_that_is_told_months_later_counts_from_then_on_and_the_last_one_holds() -> None:
    log = [
        identified(None),
        told(2, ReferralMade(source="hospital", organisation=HOSPITAL, origin=None), "2019-03-05"),
        told(3, OriginDated(origin="2018-11-20"), "2019-06-01"),
        told(4, OriginDated(origin="2018-11-18"), "2019-09-01"),
    ]

    def known(until: str) -> Row:
        end = end_of(until)
        rows = believed(VIEW, KEY, log)
        [row] = [
            r
            for r in rows
            if r["milestone"] == "harm" and r["believed_from"] <= end < r["believed_until"]
        ]
        return row

    assert (known("2019-05-31")["day"], known("2019-05-31")["precision"]) == (None, "unknown")
    assert known("2019-06-01")["day"] == date(2018, 11, 20)
    assert known("2019-12-31")["day"] == date(2018, 11, 18)
    assert by_name(log)["origin-dated"]["day"] == date(2019, 6, 1)


def test_a_date_holds_over_what_was_told_before_it_however_early_it_was_learnt() -> None:
    copied = ReferralMade(source="hospital", organisation=HOSPITAL, origin="2018-11-20")
    newer = ReferralMade(source="self", organisation=None, origin="2018-11-17")
    learnt = told(3, OriginDated(origin="2018-11-18"), "2019-02-01", recorded="2019-06-01")
    older = told(4, OriginDated(origin="2018-11-16"), "2019-01-01", recorded="2019-07-01")
    before = [identified("2018-11-20"), told(2, copied, "2019-03-05"), learnt]

    assert by_name(before)["harm"]["day"] == date(2018, 11, 18)
    assert by_name([*before, older])["harm"]["day"] == date(2018, 11, 16)
    assert by_name([*before, told(5, newer, "2019-08-01")])["harm"]["day"] == date(2018, 11, 17)


@pytest.mark.parametrize("origin", [None, "2018-13"])
def test_an_origin_of_which_no_date_is_known_is_still_a_milestone(origin: str | None) -> None:
    fact = identified(origin)

    row = by_name([fact])["harm"]

    assert (row["day"], row["precision"]) == (None, "unknown")
    assert row["happened_at"] == fact.occurred.at


def test_a_programme_that_is_not_known_here_has_no_origin() -> None:
    elsewhere = rows_with({})(KEY, [identified("2018-11-20")])

    assert [row["milestone"] for row in elsewhere] == ["candidate-identified"]


def test_whatever_is_corrected_stands_for_what_was_told_first() -> None:
    corrections = {name for name in CONTRACTS if name.endswith("-corrected")}

    assert STANDS_FOR.keys() == corrections
    assert {*STANDS_FOR.values()} <= CONTRACTS.keys()


def test_a_corrected_activity_is_still_an_activity_that_was_logged() -> None:
    corrected = told(
        1,
        CALLED,
        "2019-04-01",
        type_="leidraad.casefile.activity-corrected.v1",
    )

    assert set(by_name([corrected])) == {"activity-logged"}


def test_a_milestone_is_on_the_day_that_was_put_right() -> None:
    first = told(1, FirstContactMade(channel="phone"), "2019-04-20")
    right = told(
        2,
        first.event,
        "2019-04-17",
        type_="leidraad.casefile.first-contact-corrected.v1",
        recorded="2019-05-01",
        corrects=first.id,
    )

    found = by_name([first, right])

    assert [(name, row["day"]) for name, row in found.items()] == [
        ("first-contact-made", date(2019, 4, 17))
    ]


def test_who_is_named_late_has_all_that_happened_before_too() -> None:
    nobody = ReferralMade(source="self", organisation=None, origin="2018-11-19")
    opened = CaseOpened(organisation=HOSPITAL, spell=1)

    found = by_name([told(1, nobody, "2019-03-01"), told(2, opened, "2019-03-05")])

    assert found.keys() == {"referral-made", "harm", "case-opened"}
    assert {row["organisation"] for row in found.values()} == {HOSPITAL}


def test_every_milestone_of_a_case_carries_its_programme_and_organisation() -> None:
    found = by_name([identified("2018-11-20"), told(2, MENDED, "2019-05-01", type_=STEP)])

    assert {(r["programme"], r["organisation"]) for r in found.values()} == {(PROGRAMME, HOSPITAL)}
