"""What is agreed on with a client holds until something else of its kind is."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CASE_ID, CLOSED, OPENED
from casefile.plan.decider import PlanCommand, plan_decider
from casefile.plan.events import AgreementMade
from casefile.plan.examples import AVAILABLE, LEADS_ALONE, TAKES_OVER
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = case_decider.fold([OPENED])
OTHER_ID = uuid5(CASE_ID, "other agreement")


def on(told: AgreementMade, case: Case = OPEN) -> PlanCommand:
    return OnCase(case=case, command=told)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], TAKES_OVER),
        ([], AVAILABLE),
        ([TAKES_OVER], LEADS_ALONE),
        ([LEADS_ALONE], TAKES_OVER),
        ([TAKES_OVER, LEADS_ALONE], replace(TAKES_OVER, agreement=OTHER_ID, occurred=UNKNOWN)),
        ([AVAILABLE], replace(AVAILABLE, agreement=OTHER_ID)),
        ([TAKES_OVER], replace(TAKES_OVER, agreement=OTHER_ID, occurred=LEADS_ALONE.occurred)),
        ([LEADS_ALONE], replace(LEADS_ALONE, agreement=OTHER_ID, occurred=TAKES_OVER.occurred)),
    ],
)
def test_what_may_follow_follows(before: list[AgreementMade], told: AgreementMade) -> None:
    assert outcome(plan_decider, given=before, when=on(told)) == [told]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([TAKES_OVER], TAKES_OVER),
        ([AVAILABLE], AVAILABLE),
        ([TAKES_OVER, LEADS_ALONE], TAKES_OVER),
        ([TAKES_OVER], replace(TAKES_OVER, agreement=OTHER_ID)),
    ],
)
def test_what_is_known_already_adds_nothing(
    before: list[AgreementMade], told: AgreementMade
) -> None:
    assert outcome(plan_decider, given=before, when=on(told)) == []


def test_agreements_belong_to_the_time_in_which_a_case_is_open() -> None:
    closed = case_decider.fold([OPENED, CLOSED])
    late = replace(TAKES_OVER, occurred=Occurred.parse("2027-06-01"))

    assert refusal(plan_decider, given=[], when=on(TAKES_OVER, Case())) == "case-new"
    assert refusal(plan_decider, given=[], when=on(late, closed)) == "case-closed"


@pytest.mark.parametrize("told", [[TAKES_OVER, LEADS_ALONE], [LEADS_ALONE, TAKES_OVER]])
def test_the_agreement_that_was_made_last_holds_in_whatever_order_it_was_told(
    told: list[AgreementMade],
) -> None:
    assert plan_decider.fold(told).standing == {"mode": LEADS_ALONE}


def made(known: AgreementMade, agreement: UUID, occurred: Occurred) -> PlanCommand:
    return on(replace(known, agreement=agreement, occurred=occurred))


@given(
    st.lists(
        st.builds(
            made,
            st.sampled_from([TAKES_OVER, LEADS_ALONE, AVAILABLE]),
            st.sampled_from([uuid5(CASE_ID, str(number)) for number in range(4)]),
            st.sampled_from(
                [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
            ),
        )
    )
)
def test_whatever_is_told_each_agreement_is_there_once_and_repeating_adds_nothing(
    commands: list[PlanCommand],
) -> None:
    events = lived(plan_decider, commands)

    assert len({event.agreement for event in events}) == len(events)
    assert lived(plan_decider, [*commands, *commands[-1:]]) == events
