"""How a case opens, who works on it, and when it can close."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.decider import (
    AssignCaseManager,
    CaseCommand,
    CloseCase,
    OpenCase,
    ReopenCase,
    case_decider,
)
from casefile.case.events import CaseClosed, CaseEvent, CaseOpened
from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    CLOSED,
    CONTACTED,
    CRITICAL,
    HEAVY,
    HOSPITAL,
    INTENSIVE,
    NO_LONGER_HEAVY,
    OPENED,
    RECEIVED,
    REFUSED,
    REGION,
    RELEASED,
    REOPENED,
    VISITED,
    WINDING_DOWN,
)
from casefile.case.state import Standing
from events.decider import Rejected
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = OpenCase(organisation=HOSPITAL, occurred=OPENED.occurred)
ASSIGN = AssignCaseManager(
    case_manager=ASSIGNED.case_manager, role=ASSIGNED.role, most=1, occurred=ASSIGNED.occurred
)
CLOSE = CloseCase(reason="no-longer-needed", occurred=CLOSED.occurred)
REOPEN = ReopenCase(reason=REOPENED.reason, occurred=REOPENED.occurred)
ERASED = replace(REFUSED, reason="erased")
FIRST_DAY = OPENED.occurred
BEFORE_OPENING = Occurred.parse("2027-02-14")
AFTER_CLOSING = Occurred.parse("2027-03-02")
STILL_INTENSIVE = replace(INTENSIVE, occurred=CRITICAL.occurred)
MOVED = replace(REGION, region="limburg", occurred=CRITICAL.occurred)
HEAVY_AGAIN = replace(HEAVY, occurred=WINDING_DOWN.occurred)
AGAIN = Occurred.parse("2027-03-04")
STANDING = [INTENSIVE, CRITICAL, REGION, HEAVY, NO_LONGER_HEAVY]
WITHIN = [ASSIGN, CONTACTED, VISITED, *STANDING, WINDING_DOWN]
"""What belongs to the time in which a case is open."""
BACKUP_IN_THE_ROLE = replace(ASSIGNED, case_manager=BACKUP, occurred=RELEASED.occurred)
CLOSED_AGAIN = CaseClosed(reason="settled", spell=2, occurred=AGAIN)
CLOSED_ON_THE_DAY = replace(CLOSED_AGAIN, occurred=REOPENED.occurred)


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], OPEN, [OPENED]),
        ([OPENED], RECEIVED, [RECEIVED]),
        ([OPENED], REFUSED, [REFUSED]),
        ([OPENED, REFUSED], RECEIVED, [RECEIVED]),
        ([OPENED, REFUSED], ERASED, [ERASED]),
        ([OPENED], ASSIGN, [ASSIGNED]),
        ([OPENED, ASSIGNED], replace(ASSIGN, role="backup"), [replace(ASSIGNED, role="backup")]),
        ([OPENED, ASSIGNED], RELEASED, [RELEASED]),
        ([OPENED, ASSIGNED, CLOSED], RELEASED, [RELEASED]),
        ([OPENED], CONTACTED, [CONTACTED]),
        ([OPENED], VISITED, [VISITED]),
        ([OPENED], INTENSIVE, [INTENSIVE]),
        ([OPENED, INTENSIVE], replace(INTENSIVE, level="low"), [replace(INTENSIVE, level="low")]),
        ([OPENED, INTENSIVE], STILL_INTENSIVE, [STILL_INTENSIVE]),
        ([OPENED], CRITICAL, [CRITICAL]),
        ([OPENED], REGION, [REGION]),
        ([OPENED, REGION], MOVED, [MOVED]),
        ([OPENED], HEAVY, [HEAVY]),
        ([OPENED, HEAVY], NO_LONGER_HEAVY, [NO_LONGER_HEAVY]),
        ([OPENED], NO_LONGER_HEAVY, [NO_LONGER_HEAVY]),
        ([OPENED, HEAVY, NO_LONGER_HEAVY], HEAVY_AGAIN, [HEAVY_AGAIN]),
        ([OPENED], WINDING_DOWN, [WINDING_DOWN]),
        ([OPENED, CONTACTED], CLOSE, [CLOSED]),
        ([OPENED], CLOSE, [CLOSED]),
        (
            [OPENED],
            replace(CLOSE, checklist={"evaluated": "no"}, open_needs=("legal",)),
            [replace(CLOSED, checklist={"evaluated": "no"}, open_needs=("legal",))],
        ),
        ([OPENED, CLOSED], REOPEN, [REOPENED]),
        (
            [OPENED, CLOSED, REOPENED],
            replace(CLOSE, reason="settled", occurred=AGAIN),
            [CLOSED_AGAIN],
        ),
        (
            [OPENED, WINDING_DOWN, CLOSED, REOPENED],
            replace(WINDING_DOWN, occurred=AGAIN),
            [replace(WINDING_DOWN, occurred=AGAIN)],
        ),
        (
            [OPENED, ASSIGNED, CLOSED, REOPENED],
            replace(ASSIGN, occurred=AGAIN),
            [replace(ASSIGNED, occurred=AGAIN)],
        ),
        (
            [OPENED, ASSIGNED, replace(RELEASED, occurred=ASSIGNED.occurred)],
            ASSIGN,
            [ASSIGNED],
        ),
        (
            [OPENED, CLOSED, REOPENED, CLOSED_AGAIN],
            replace(REOPEN, occurred=AGAIN),
            [replace(REOPENED, spell=3, occurred=AGAIN)],
        ),
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
        ([OPENED, ASSIGNED], ASSIGN),
        ([OPENED, ASSIGNED, CLOSED], ASSIGN),
        ([OPENED, ASSIGNED, RELEASED], ASSIGN),
        ([OPENED, ASSIGNED, RELEASED, BACKUP_IN_THE_ROLE], ASSIGN),
        ([OPENED, ASSIGNED, CLOSED, REOPENED], ASSIGN),
        ([OPENED, ASSIGNED, CLOSED, REOPENED, replace(ASSIGNED, occurred=AGAIN)], ASSIGN),
        ([OPENED, ASSIGNED, RELEASED], RELEASED),
        ([OPENED, CONTACTED], CONTACTED),
        ([OPENED, VISITED], VISITED),
        ([OPENED, INTENSIVE], INTENSIVE),
        ([OPENED, CRITICAL], CRITICAL),
        ([OPENED, REGION], REGION),
        ([OPENED, REGION, MOVED], REGION),
        ([OPENED, HEAVY], HEAVY),
        ([OPENED, HEAVY, NO_LONGER_HEAVY], NO_LONGER_HEAVY),
        ([OPENED, HEAVY, NO_LONGER_HEAVY], HEAVY),
        ([OPENED, WINDING_DOWN], WINDING_DOWN),
        ([OPENED, CLOSED], CLOSE),
        ([OPENED, CLOSED, REOPENED], REOPEN),
        ([OPENED, CLOSED, REOPENED], CLOSE),
        ([OPENED, CLOSED, REOPENED, CLOSED_AGAIN], CLOSE),
        ([OPENED, CLOSED, REOPENED, CLOSED_AGAIN], REOPEN),
        ([OPENED, CLOSED, REOPENED, CLOSED_ON_THE_DAY], REOPEN),
    ],
)
def test_what_is_asked_again_is_ignored(before: list[CaseEvent], command: CaseCommand) -> None:
    assert outcome(case_decider, given=before, when=command) == []


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ([CONTACTED], replace(CONTACTED, occurred=AGAIN), "already-known"),
        ([CONTACTED], replace(CONTACTED, channel="letter"), "already-known"),
        ([VISITED], replace(VISITED, occurred=UNKNOWN), "already-known"),
        ([ASSIGNED], replace(ASSIGN, occurred=AGAIN), "already-known"),
        ([ASSIGNED], replace(ASSIGN, occurred=FIRST_DAY), "already-known"),
        ([ASSIGNED, RELEASED], replace(RELEASED, occurred=AGAIN), "already-known"),
        ([], RELEASED, "not-in-the-team"),
        ([WINDING_DOWN], replace(WINDING_DOWN, occurred=RELEASED.occurred), "already-known"),
        ([CLOSED], replace(CLOSE, occurred=AGAIN), "already-known"),
        ([CLOSED], replace(CLOSE, reason="settled"), "already-known"),
        ([CLOSED], replace(CLOSE, checklist={"evaluated": "no"}), "already-known"),
        ([CLOSED, REOPENED], replace(REOPEN, occurred=AGAIN), "case-open"),
        ([CLOSED, REOPENED], replace(REOPEN, reason="new-need"), "case-open"),
        ([], REOPEN, "case-open"),
    ],
)
def test_what_is_known_otherwise_is_refused(
    before: list[CaseEvent], command: CaseCommand, code: str
) -> None:
    assert refusal(case_decider, given=[OPENED, *before], when=command) == code


def test_a_refusal_says_what_is_known() -> None:
    before: list[CaseEvent] = [OPENED, CONTACTED]
    other = replace(CONTACTED, occurred=AGAIN)

    with pytest.raises(Rejected, match=r"first contact is known already: 2027-02-17, phone\."):
        outcome(case_decider, given=before, when=other)


@pytest.mark.parametrize(
    "command",
    [
        RECEIVED,
        REFUSED,
        ASSIGN,
        RELEASED,
        CONTACTED,
        VISITED,
        *STANDING,
        WINDING_DOWN,
        CLOSE,
        REOPEN,
    ],
)
def test_nothing_is_done_on_a_case_that_is_not_open_yet(command: CaseCommand) -> None:
    assert refusal(case_decider, given=[], when=command) == "case-new"


@pytest.mark.parametrize("command", [*WITHIN, CLOSE])
def test_nothing_happens_on_a_case_before_it_opened(command: CaseCommand) -> None:
    early = replace(command, occurred=BEFORE_OPENING)

    assert refusal(case_decider, given=[OPENED], when=early) == "impossible-order"


@pytest.mark.parametrize("command", WITHIN)
def test_nothing_happens_on_a_case_after_it_closed(command: CaseCommand) -> None:
    before: list[CaseEvent] = [OPENED, CLOSED]
    late = replace(command, occurred=AFTER_CLOSING)

    assert refusal(case_decider, given=before, when=late) == "case-closed"


@pytest.mark.parametrize("when", ["2027-02-20", "2027-02", "2027", "unknown"])
@pytest.mark.parametrize("command", WITHIN)
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


@pytest.mark.parametrize("command", WITHIN)
def test_nothing_happens_between_two_spells_of_a_case(command: CaseCommand) -> None:
    before: list[CaseEvent] = [OPENED, CLOSED, REOPENED]
    between = replace(command, occurred=AFTER_CLOSING)

    assert refusal(case_decider, given=before, when=between) == "case-closed"


@pytest.mark.parametrize("command", [ASSIGN, CONTACTED, VISITED, *STANDING])
def test_what_happened_in_an_earlier_spell_may_be_told_in_a_later_one(command: CaseCommand) -> None:
    before: list[CaseEvent] = [OPENED, CLOSED, REOPENED]

    [told] = outcome(case_decider, given=before, when=command)

    assert told.occurred == command.occurred


def test_whoever_held_a_case_in_an_earlier_spell_is_not_in_its_team_by_that() -> None:
    case = case_decider.fold([OPENED, CLOSED, REOPENED, ASSIGNED])

    assert case.team == {}


def test_a_case_opens_again_after_it_closed_and_closes_after_it_opened_again() -> None:
    reopened: list[CaseEvent] = [OPENED, CLOSED, REOPENED]
    early = replace(REOPEN, occurred=OPENED.occurred)
    closed_early = replace(CLOSE, occurred=OPENED.occurred)

    assert refusal(case_decider, given=reopened[:2], when=early) == "impossible-order"
    assert refusal(case_decider, given=reopened, when=closed_early) == "impossible-order"


def test_winding_down_belongs_to_the_spell_in_which_it_happened() -> None:
    before: list[CaseEvent] = [OPENED, CLOSED, REOPENED]

    [told] = outcome(case_decider, given=before, when=WINDING_DOWN)

    spells = case_decider.fold([*before, told]).spells
    assert (spells[1].winding_down, spells[2].winding_down) == (WINDING_DOWN.occurred, None)
    assert outcome(case_decider, given=[*before, told], when=WINDING_DOWN) == []


def test_a_release_in_an_earlier_spell_is_told_in_a_later_one_and_ends_nothing_of_that() -> None:
    again = replace(ASSIGNED, occurred=AGAIN)
    before: list[CaseEvent] = [OPENED, ASSIGNED, CLOSED, REOPENED, again]

    [told] = outcome(case_decider, given=before, when=RELEASED)

    assert case_decider.fold([*before, told]).team == {ASSIGNED.case_manager: again}
    assert outcome(case_decider, given=[*before, told], when=RELEASED) == []


def test_who_was_assigned_in_a_later_spell_before_that_was_told_stays_in_its_team() -> None:
    again = replace(ASSIGNED, occurred=AGAIN)

    case = case_decider.fold([OPENED, again, CLOSED, REOPENED])

    assert case.team == {ASSIGNED.case_manager: again}


@pytest.mark.parametrize("earlier", [CONTACTED, VISITED, WINDING_DOWN])
def test_a_case_does_not_close_before_what_led_to_it(earlier: CaseEvent) -> None:
    early = replace(CLOSE, occurred=OPENED.occurred)

    assert refusal(case_decider, given=[OPENED, earlier], when=early) == "impossible-order"


def test_no_more_hold_a_role_than_the_programme_allows() -> None:
    other = replace(ASSIGN, case_manager=BACKUP)
    held: list[CaseEvent] = [OPENED, ASSIGNED]

    assert refusal(case_decider, given=held, when=other) == "role-taken"
    assert outcome(case_decider, given=held, when=replace(other, most=2))
    assert outcome(case_decider, given=held, when=replace(other, most=None))
    assert outcome(case_decider, given=[*held, RELEASED], when=other)
    assert outcome(case_decider, given=held, when=replace(other, role="backup"))


def test_who_held_a_role_before_may_be_told_of_later() -> None:
    held: list[CaseEvent] = [OPENED, replace(ASSIGNED, occurred=RELEASED.occurred)]

    assert outcome(case_decider, given=held, when=replace(ASSIGN, case_manager=BACKUP))


@pytest.mark.parametrize(
    "held",
    [
        [ASSIGNED, RELEASED],
        [replace(ASSIGNED, occurred=RELEASED.occurred)],
        [CLOSED, REOPENED],
    ],
)
def test_an_assignment_that_was_over_before_it_was_told_is_known_and_gives_no_access(
    held: list[CaseEvent],
) -> None:
    before: list[CaseEvent] = [OPENED, *held]
    early = replace(ASSIGN, role="backup", occurred=FIRST_DAY)

    told = outcome(case_decider, given=before, when=early)

    assert len(told) == 1
    assert case_decider.fold([*before, *told]).team == case_decider.fold(before).team
    assert outcome(case_decider, given=[*before, *told], when=early) == []


def test_what_is_told_late_does_not_change_how_it_stands() -> None:
    late: list[CaseEvent] = [
        replace(INTENSIVE, level="low", occurred=ASSIGNED.occurred),
        replace(CRITICAL, condition="worsened", occurred=ASSIGNED.occurred),
        REGION,
    ]

    case = case_decider.fold([OPENED, INTENSIVE, CRITICAL, MOVED, *late])

    assert (case.intensity, case.condition, case.region) == (INTENSIVE, CRITICAL, MOVED)


@pytest.mark.parametrize(
    ("told", "otherwise"),
    [
        (INTENSIVE, replace(INTENSIVE, level="low")),
        (CRITICAL, replace(CRITICAL, condition="x")),
        (REGION, replace(REGION, region="limburg")),
        (HEAVY, replace(NO_LONGER_HEAVY, occurred=HEAVY.occurred)),
    ],
)
def test_what_changed_on_one_day_and_changed_back_is_told(
    told: Standing, otherwise: CaseEvent
) -> None:
    changed: list[CaseEvent] = [OPENED, told, otherwise]

    assert outcome(case_decider, given=changed, when=told) == [told]


DAYS = st.sampled_from([Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)] + [UNKNOWN])
COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [
                OPEN,
                RECEIVED,
                REFUSED,
                ASSIGN,
                replace(ASSIGN, case_manager=BACKUP, role="backup"),
                RELEASED,
                CONTACTED,
                VISITED,
                INTENSIVE,
                replace(INTENSIVE, level="low"),
                CRITICAL,
                REGION,
                MOVED,
                HEAVY,
                NO_LONGER_HEAVY,
                WINDING_DOWN,
                CLOSE,
                REOPEN,
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


@given(COMMANDS)
def test_whatever_is_asked_spells_are_counted_and_only_the_last_may_be_open(
    commands: list[CaseCommand],
) -> None:
    case = case_decider.fold(lived(case_decider, commands))

    assert [*case.spells] == [*range(1, case.spell + 1)]
    assert all(spell.closed for number, spell in case.spells.items() if number < case.spell)
