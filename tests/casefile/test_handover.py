"""A handover is offered within the team, and acknowledged by its receiver alone."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.events import CaseEvent
from casefile.case.examples import (
    ASSIGNED,
    BACKUP,
    BACKUP_ASSIGNED,
    CASE_MANAGER,
    CLOSED,
    HOSPITAL,
    OPENED,
)
from casefile.handover.decider import AcknowledgeHandover, HandoverCommand, handover_decider
from casefile.handover.events import HandoverAcknowledged, HandoverEvent, HandoverOffered
from casefile.handover.examples import ACKNOWLEDGED, HANDOVER_ID, OFFERED
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

TEAM: list[CaseEvent] = [OPENED, ASSIGNED, BACKUP_ASSIGNED]
BOTH = case_decider.fold(TEAM)
ACKNOWLEDGE = AcknowledgeHandover(handover=HANDOVER_ID, by=BACKUP, occurred=ACKNOWLEDGED.occurred)


def on(command: HandoverOffered | AcknowledgeHandover, case: Case = BOTH) -> HandoverCommand:
    return OnCase(case=case, command=command)


def test_a_handover_is_offered_and_acknowledged() -> None:
    assert outcome(handover_decider, given=[], when=on(OFFERED)) == [OFFERED]
    assert outcome(handover_decider, given=[OFFERED], when=on(ACKNOWLEDGE)) == [ACKNOWLEDGED]


def test_what_is_known_already_adds_nothing() -> None:
    both: list[HandoverEvent] = [OFFERED, ACKNOWLEDGED]

    assert outcome(handover_decider, given=both, when=on(OFFERED)) == []
    assert outcome(handover_decider, given=both, when=on(ACKNOWLEDGE)) == []


@pytest.mark.parametrize(
    ("offered", "code"),
    [
        (replace(OFFERED, receiver=CASE_MANAGER), "own-handover"),
        (replace(OFFERED, receiver=HOSPITAL), "not-in-the-team"),
        (replace(OFFERED, giver=HOSPITAL), "not-in-the-team"),
        (replace(OFFERED, occurred=Occurred.parse("2027-02-14")), "impossible-order"),
    ],
)
def test_who_is_not_in_the_team_neither_gives_nor_receives(
    offered: HandoverOffered, code: str
) -> None:
    assert refusal(handover_decider, given=[], when=on(offered)) == code


@pytest.mark.parametrize("by", [CASE_MANAGER, HOSPITAL, None])
def test_nobody_acknowledges_for_the_receiver(by: UUID | None) -> None:
    other = replace(ACKNOWLEDGE, by=by)

    assert refusal(handover_decider, given=[OFFERED], when=on(other)) == "not-the-receiver"


def test_what_was_not_offered_is_not_acknowledged() -> None:
    early = replace(ACKNOWLEDGE, occurred=ASSIGNED.occurred)

    assert refusal(handover_decider, given=[], when=on(ACKNOWLEDGE)) == "no-such-handover"
    assert refusal(handover_decider, given=[OFFERED], when=on(early)) == "impossible-order"


def test_a_receipt_on_another_day_is_refused() -> None:
    both: list[HandoverEvent] = [OFFERED, ACKNOWLEDGED]
    other = replace(ACKNOWLEDGE, occurred=UNKNOWN)

    assert refusal(handover_decider, given=both, when=on(other)) == "already-known"


def test_after_a_case_closed_nothing_is_handed_over() -> None:
    closed = case_decider.fold([*TEAM, CLOSED])
    late = Occurred.parse("2027-06-01")

    offer, receipt = replace(OFFERED, occurred=late), replace(ACKNOWLEDGE, occurred=late)
    assert refusal(handover_decider, given=[], when=on(offer, closed)) == "case-closed"
    assert refusal(handover_decider, given=[OFFERED], when=on(receipt, closed)) == "case-closed"


@given(
    st.lists(
        st.builds(
            replace,
            st.sampled_from([OFFERED, ACKNOWLEDGE, replace(ACKNOWLEDGE, by=CASE_MANAGER)]),
            occurred=st.sampled_from(
                [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
            ),
        ).map(on)
    )
)
def test_whatever_is_asked_a_handover_is_offered_first_and_acknowledged_once_by_its_receiver(
    commands: list[HandoverCommand],
) -> None:
    events = lived(handover_decider, commands)

    assert [type(event) for event in events] in (
        [],
        [HandoverOffered],
        [HandoverOffered, HandoverAcknowledged],
    )
    assert lived(handover_decider, [*commands, *commands[-1:]]) == events
