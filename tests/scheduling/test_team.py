"""Who is in the team of a case, as casefile published it: to whom the case is open here."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.consumer import react
from events.contracts import registry
from events.contracts.casefile import (
    BackupHandedBack,
    BackupTookOver,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseReopened,
)
from events.contracts.contract import Contract
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import lived, outcome, published
from scheduling.access import scope
from scheduling.deadline.examples import CASE_ID
from scheduling.reactions.consents import GROUP, REACTIONS
from scheduling.team.decider import TEAM, team_decider
from scheduling.team.events import TeamEvent
from scheduling.team.examples import (
    BACKUP,
    BACKUP_JOINED,
    CASE_MANAGER,
    DISSOLVED,
    HANDED_BACK,
    JOINED,
    LEFT,
    TOOK_OVER,
)


def at(position: int, event: TeamEvent, occurred: Occurred | None = None) -> TeamEvent:
    return replace(event, position=position, occurred=occurred or event.occurred)


@pytest.mark.parametrize(
    ("recorded_", "members"),
    [
        ([JOINED], {CASE_MANAGER}),
        ([JOINED, BACKUP_JOINED], {CASE_MANAGER, BACKUP}),
        ([JOINED, BACKUP_JOINED, LEFT], {BACKUP}),
        ([JOINED, BACKUP_JOINED, LEFT, DISSOLVED], set()),
        ([at(1, LEFT), at(2, JOINED)], set()),
        ([at(1, DISSOLVED), at(2, JOINED)], set()),
        ([at(1, LEFT), at(2, JOINED, LEFT.occurred)], {CASE_MANAGER}),
        ([at(1, LEFT), at(2, JOINED, UNKNOWN)], {CASE_MANAGER}),
        ([at(1, JOINED, UNKNOWN), at(2, LEFT)], set()),
        ([at(1, DISSOLVED), at(2, JOINED, Occurred.parse("2027-03-05"))], {CASE_MANAGER}),
        ([at(1, JOINED, Occurred.parse("2027-03-05")), at(2, DISSOLVED)], {CASE_MANAGER}),
        ([at(1, JOINED, Occurred.parse("2027-03-05")), at(2, LEFT)], set()),
        (
            [JOINED, DISSOLVED, at(5, JOINED, Occurred.parse("2027-03-05")), at(6, LEFT)],
            {CASE_MANAGER},
        ),
    ],
)
def test_who_joined_is_in_the_team_until_leaving_or_until_the_case_opens_again(
    recorded_: list[TeamEvent], members: set[object]
) -> None:
    """In whatever order it comes here."""
    for order in permutations(recorded_):
        assert team_decider.fold(order).members.keys() == members


@pytest.mark.parametrize(
    ("recorded_", "standing_in"),
    [
        ([BACKUP_JOINED], None),
        ([BACKUP_JOINED, TOOK_OVER], BACKUP),
        ([BACKUP_JOINED, TOOK_OVER, HANDED_BACK], None),
        ([BACKUP_JOINED, TOOK_OVER, HANDED_BACK, at(7, TOOK_OVER, HANDED_BACK.occurred)], BACKUP),
        ([BACKUP_JOINED, at(5, TOOK_OVER, LEFT.occurred), HANDED_BACK], BACKUP),
        ([BACKUP_JOINED, TOOK_OVER, at(6, DISSOLVED)], None),
        ([BACKUP_JOINED, TOOK_OVER, at(6, BACKUP_JOINED, LEFT.occurred)], None),
        ([TOOK_OVER], None),
    ],
)
def test_a_backup_stands_in_until_handing_back_or_leaving(
    recorded_: list[TeamEvent], standing_in: object
) -> None:
    """In whatever order it comes here; what happened last counts."""
    for order in permutations(recorded_):
        assert team_decider.fold(order).standing_in == standing_in


@pytest.mark.parametrize("told", [JOINED, LEFT, DISSOLVED, TOOK_OVER, HANDED_BACK])
def test_what_is_told_again_adds_nothing(told: TeamEvent) -> None:
    assert outcome(team_decider, given=[], when=told) == [told]
    assert outcome(team_decider, given=[told], when=told) == []


DAYS = st.sampled_from([*(Occurred.parse(f"2027-03-0{day}") for day in range(1, 5)), UNKNOWN])
TOLD: list[TeamEvent] = [JOINED, BACKUP_JOINED, LEFT, DISSOLVED, TOOK_OVER, HANDED_BACK]
HISTORIES = st.lists(st.tuples(st.sampled_from(TOLD), DAYS)).map(
    lambda told: [at(n, event, day) for n, (event, day) in enumerate(told, start=1)]
)


@given(HISTORIES, st.randoms())
def test_whatever_comes_late_or_twice_the_team_is_the_same(
    history: list[TeamEvent], chance: Random
) -> None:
    arriving = [*history, *history]
    chance.shuffle(arriving)

    assert team_decider.fold(lived(team_decider, arriving)) == team_decider.fold(history)


message = partial(published, source="casefile", key=CASE_ID)

ASSIGNED = message(
    1,
    "case-manager-assigned",
    CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager"),
    "2027-02-15",
)
BACKUP_ASSIGNED = message(
    2,
    "case-manager-assigned",
    CaseManagerAssigned(case_manager=BACKUP, role="backup"),
    "2027-02-16",
)
RELEASED = message(
    3, "case-manager-released", CaseManagerReleased(case_manager=CASE_MANAGER), "2027-03-02"
)
REOPENED = message(4, "case-reopened", CaseReopened(reason="unknown", spell=2), "2027-03-04")


@pytest.mark.parametrize(
    ("told", "open_to"),
    [
        ([ASSIGNED], {CASE_MANAGER}),
        ([ASSIGNED, BACKUP_ASSIGNED, ASSIGNED], {CASE_MANAGER, BACKUP}),
        ([ASSIGNED, BACKUP_ASSIGNED, RELEASED, ASSIGNED], {BACKUP}),
        ([ASSIGNED, BACKUP_ASSIGNED, RELEASED, REOPENED], set()),
    ],
)
async def test_a_case_is_open_to_whoever_is_in_its_team(
    store: MemoryStore, told: Sequence[Recorded[Contract]], open_to: set[object]
) -> None:
    for each in told:
        await react(store, GROUP, REACTIONS)(each)

    concerned = scope(store.log)
    assert concerned is not None
    assert concerned.case_managers == open_to


async def test_that_a_backup_took_over_and_handed_back_is_kept_as_casefile_recorded_it(
    store: MemoryStore,
) -> None:
    took_over, handed_back = BackupTookOver(backup=BACKUP), BackupHandedBack(backup=BACKUP)
    for each in (
        BACKUP_ASSIGNED,
        message(5, "backup-took-over", took_over, "2027-02-20"),
        message(6, "backup-handed-back", handed_back, "2027-02-27"),
    ):
        await react(store, GROUP, REACTIONS)(each)

    team = TEAM.decided(store.log, TEAM.beside(CASE_ID))
    assert team.recorded == (BACKUP_JOINED, TOOK_OVER, HANDED_BACK)


@pytest.mark.parametrize("order", [*permutations([ASSIGNED, ASSIGNED, BACKUP_ASSIGNED])])
async def test_what_comes_again_adds_nothing(
    store: MemoryStore, order: Sequence[Recorded[Contract]]
) -> None:
    for each in order:
        await react(store, GROUP, REACTIONS)(each)

    assert len(store.log) == 2


def test_every_type_that_is_reacted_to_is_published() -> None:
    assert REACTIONS.keys() <= registry().keys()
