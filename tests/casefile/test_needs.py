"""How needs are opened, met and closed, and when the client is referred."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.needs.decider import NeedsCommand, needs_decider
from casefile.needs.events import NeedIdentified, NeedsEvent
from casefile.needs.examples import (
    IDENTIFIED,
    MET,
    NEED_CLOSED,
    NEED_ID,
    OTHER_IDENTIFIED,
    OTHER_NEED_ID,
    REFERRED,
)
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = case_decider.fold([OPENED])
MET_BY_OTHERS = replace(MET, met_by="network")
MET_LATER = replace(MET_BY_OTHERS, occurred=NEED_CLOSED.occurred)
MET_AFTER = replace(MET, occurred=NEED_CLOSED.occurred)
IN_GENERAL = replace(REFERRED, need=None)


def on(told: NeedsEvent, case: Case = OPEN) -> NeedsCommand:
    return OnCase(case=case, command=told)


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], IDENTIFIED),
        ([IDENTIFIED], OTHER_IDENTIFIED),
        ([IDENTIFIED], MET),
        ([IDENTIFIED, MET], MET_BY_OTHERS),
        ([IDENTIFIED, MET], replace(MET, occurred=NEED_CLOSED.occurred)),
        ([IDENTIFIED, replace(MET, occurred=UNKNOWN)], MET),
        ([IDENTIFIED, MET, MET_BY_OTHERS], MET),
        ([IDENTIFIED], NEED_CLOSED),
        ([IDENTIFIED, MET], NEED_CLOSED),
        ([IDENTIFIED, NEED_CLOSED], MET),
        ([OTHER_IDENTIFIED], REFERRED),
        ([], IN_GENERAL),
    ],
)
def test_what_may_follow_follows(before: list[NeedsEvent], told: NeedsEvent) -> None:
    assert outcome(needs_decider, given=before, when=on(told)) == [told]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([IDENTIFIED], IDENTIFIED),
        ([IDENTIFIED, MET], MET),
        ([IDENTIFIED, MET, MET_LATER], MET),
        ([IDENTIFIED, NEED_CLOSED], NEED_CLOSED),
        ([OTHER_IDENTIFIED, REFERRED], REFERRED),
    ],
)
def test_what_is_known_already_adds_nothing(before: list[NeedsEvent], told: NeedsEvent) -> None:
    assert outcome(needs_decider, given=before, when=on(told)) == []


@pytest.mark.parametrize(
    ("before", "told", "code"),
    [
        ([], MET, "no-such-need"),
        ([], NEED_CLOSED, "no-such-need"),
        ([IDENTIFIED], REFERRED, "no-such-need"),
        ([IDENTIFIED], replace(MET, occurred=OPENED.occurred), "impossible-order"),
        ([IDENTIFIED], replace(NEED_CLOSED, occurred=OPENED.occurred), "impossible-order"),
        ([IDENTIFIED, replace(NEED_CLOSED, occurred=MET.occurred)], MET_AFTER, "need-closed"),
        ([IDENTIFIED, MET_AFTER], replace(NEED_CLOSED, occurred=MET.occurred), "impossible-order"),
        ([IDENTIFIED, NEED_CLOSED], replace(NEED_CLOSED, occurred=MET.occurred), "already-known"),
    ],
)
def test_what_cannot_be_is_refused(before: list[NeedsEvent], told: NeedsEvent, code: str) -> None:
    assert refusal(needs_decider, given=before, when=on(told)) == code


@pytest.mark.parametrize("told", [IDENTIFIED, IN_GENERAL])
def test_needs_belong_to_the_time_in_which_a_case_is_open(told: NeedsEvent) -> None:
    closed = case_decider.fold([OPENED, CLOSED])
    late = replace(told, occurred=Occurred.parse("2027-06-01"))

    assert refusal(needs_decider, given=[], when=on(told, Case())) == "case-new"
    assert refusal(needs_decider, given=[], when=on(late, closed)) == "case-closed"
    assert outcome(needs_decider, given=[], when=on(told, closed)) == [told]


def test_what_is_open_is_neither_met_nor_closed() -> None:
    both: list[NeedsEvent] = [IDENTIFIED, OTHER_IDENTIFIED]
    other_closed = replace(NEED_CLOSED, need=OTHER_NEED_ID)

    assert needs_decider.fold(both).open_fields() == ("practical", "psychosocial")
    assert needs_decider.fold([*both, MET]).open_fields() == ("psychosocial",)
    assert needs_decider.fold([*both, MET, other_closed]).open_fields() == ()


def test_by_whom_a_need_was_met_last_counts_however_late_it_is_told() -> None:
    later = replace(MET_BY_OTHERS, occurred=NEED_CLOSED.occurred)

    assert needs_decider.fold([IDENTIFIED, later, MET]).met[NEED_ID] == later


COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [IDENTIFIED, OTHER_IDENTIFIED, MET, MET_BY_OTHERS, NEED_CLOSED, REFERRED, IN_GENERAL]
        ),
        occurred=st.sampled_from(
            [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
        ),
    ).map(on)
)


@given(COMMANDS)
def test_whatever_is_told_what_is_repeated_adds_nothing(commands: list[NeedsCommand]) -> None:
    events = lived(needs_decider, commands)

    assert lived(needs_decider, [*commands, *commands[-1:]]) == events


@given(COMMANDS)
def test_whatever_is_told_only_needs_that_are_there_are_met_and_closed(
    commands: list[NeedsCommand],
) -> None:
    needs = needs_decider.fold(lived(needs_decider, commands))

    identified = [event for event in needs.told if isinstance(event, NeedIdentified)]
    assert len(identified) == len(needs.identified)
    assert needs.met.keys() | needs.closed.keys() <= needs.identified.keys()
    assert len(needs.open_fields()) <= len(needs.identified)
