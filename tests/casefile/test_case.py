"""How a case opens, who works on it, and when it can close."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.decider import CaseCommand, CloseCase, OpenCase, case_decider
from casefile.case.events import CaseEvent, CaseOpened
from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    CLOSED,
    CONTACTED,
    HOSPITAL,
    OPENED,
    RECEIVED,
    REFUSED,
    RELEASED,
)
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = OpenCase(organisation=HOSPITAL, occurred=OPENED.occurred)
CLOSE = CloseCase(reason="no-longer-needed", occurred=CLOSED.occurred)
BEFORE_OPENING = Occurred.parse("2027-02-14")
AFTER_CLOSING = Occurred.parse("2027-03-02")


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], OPEN, [OPENED]),
        ([OPENED], RECEIVED, [RECEIVED]),
        ([OPENED], REFUSED, [REFUSED]),
        ([OPENED, REFUSED], RECEIVED, [RECEIVED]),
        ([OPENED], ASSIGNED, [ASSIGNED]),
        ([OPENED, ASSIGNED], replace(ASSIGNED, role="backup"), [replace(ASSIGNED, role="backup")]),
        ([OPENED, ASSIGNED], RELEASED, [RELEASED]),
        ([OPENED, ASSIGNED, CLOSED], RELEASED, [RELEASED]),
        ([OPENED], CONTACTED, [CONTACTED]),
        ([OPENED, CONTACTED], CLOSE, [CLOSED]),
        ([OPENED], CLOSE, [CLOSED]),
    ],
)
def test_what_may_follow_follows(
    before: list[CaseEvent], command: CaseCommand, events: list[CaseEvent]
) -> None:
    assert outcome(case_decider, given=before, when=command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([OPENED], OPEN),
        ([OPENED, CLOSED], OPEN),
        ([OPENED, RECEIVED], RECEIVED),
        ([OPENED, RECEIVED], REFUSED),
        ([OPENED, REFUSED], REFUSED),
        ([OPENED, ASSIGNED], ASSIGNED),
        ([OPENED], RELEASED),
        ([OPENED, ASSIGNED, RELEASED], RELEASED),
        ([OPENED, CONTACTED], CONTACTED),
        ([OPENED, CLOSED], CLOSE),
    ],
)
def test_what_is_asked_again_is_ignored(before: list[CaseEvent], command: CaseCommand) -> None:
    assert outcome(case_decider, given=before, when=command) == []


@pytest.mark.parametrize("command", [RECEIVED, REFUSED, ASSIGNED, RELEASED, CONTACTED, CLOSE])
def test_nothing_is_done_on_a_case_that_is_not_open_yet(command: CaseCommand) -> None:
    assert refusal(case_decider, given=[], when=command) == "case-new"


@pytest.mark.parametrize("command", [ASSIGNED, CONTACTED, CLOSE])
def test_nothing_happens_on_a_case_before_it_opened(command: CaseCommand) -> None:
    early = replace(command, occurred=BEFORE_OPENING)

    assert refusal(case_decider, given=[OPENED], when=early) == "impossible-order"


@pytest.mark.parametrize("command", [ASSIGNED, CONTACTED])
def test_nothing_happens_on_a_case_after_it_closed(command: CaseCommand) -> None:
    before: list[CaseEvent] = [OPENED, CLOSED]
    late = replace(command, occurred=AFTER_CLOSING)

    assert refusal(case_decider, given=before, when=late) == "case-closed"


@pytest.mark.parametrize("when", ["2027-02-20", "2027-02", "2027", "unknown"])
@pytest.mark.parametrize("command", [ASSIGNED, CONTACTED])
def test_what_happened_while_a_case_was_open_may_be_told_after_it_closed(
    command: CaseCommand, when: str
) -> None:
    before: list[CaseEvent] = [OPENED, CLOSED]
    late = replace(command, occurred=Occurred.parse(when))

    [told] = outcome(case_decider, given=before, when=late)

    assert told.occurred == Occurred.parse(when)


def test_nobody_is_released_before_being_assigned() -> None:
    before: list[CaseEvent] = [OPENED, ASSIGNED]
    early = replace(RELEASED, occurred=OPENED.occurred)

    assert refusal(case_decider, given=before, when=early) == "impossible-order"


def test_a_case_does_not_close_before_its_first_contact() -> None:
    before: list[CaseEvent] = [OPENED, CONTACTED]
    early = replace(CLOSE, occurred=OPENED.occurred)

    assert refusal(case_decider, given=before, when=early) == "impossible-order"


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [
                OPEN,
                RECEIVED,
                REFUSED,
                ASSIGNED,
                replace(ASSIGNED, case_manager=BACKUP, role="backup"),
                RELEASED,
                CONTACTED,
                CLOSE,
            ]
        ),
        occurred=DAYS,
    )
)


@given(COMMANDS)
def test_whatever_is_asked_a_case_opens_first_and_once(commands: list[CaseCommand]) -> None:
    events = lived(case_decider, commands)

    opened = [isinstance(event, CaseOpened) for event in events]
    assert opened == sorted(opened, reverse=True)
    assert sum(opened) == bool(events)


@given(COMMANDS)
def test_whatever_is_asked_what_is_repeated_adds_nothing(commands: list[CaseCommand]) -> None:
    events = lived(case_decider, commands)

    assert lived(case_decider, [*commands, *commands[-1:]]) == events
    assert case_decider.fold(events) == case_decider.fold(events)
