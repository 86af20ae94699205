"""Who is in a client system and as whom, and what a death changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.persons.decider import PersonsCommand, persons_decider
from casefile.persons.events import ClientDied, PersonsEvent
from casefile.persons.examples import (
    CHILD,
    CHILD_ADDED,
    CHILD_IS_CLIENT,
    CHILD_MOVED,
    CHILD_SPEAKS,
    PATIENT,
    PATIENT_ADDED,
    PATIENT_DIED,
)
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, outcome, refusal

OPEN = case_decider.fold([OPENED])
SOMEBODY_DIED = ClientDied(person=None, occurred=PATIENT_DIED.occurred)
BY_RIGHT = replace(CHILD_SPEAKS, mandate="as-next-of-kin", occurred=Occurred.parse("2027-02-24"))

NO_CONTACT = replace(CHILD_MOVED, contact=None, contact_limits=())


def on(told: PersonsEvent, case: Case = OPEN) -> PersonsCommand:
    return OnCase(case=case, command=told)


BOTH: list[PersonsEvent] = [PATIENT_ADDED, CHILD_ADDED]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], PATIENT_ADDED),
        ([PATIENT_ADDED], CHILD_ADDED),
        (BOTH, CHILD_SPEAKS),
        (BOTH, CHILD_MOVED),
        ([*BOTH, CHILD_SPEAKS], replace(CHILD_SPEAKS, occurred=PATIENT_DIED.occurred)),
        ([*BOTH, CHILD_SPEAKS], BY_RIGHT),
        ([*BOTH, BY_RIGHT], CHILD_SPEAKS),
        ([*BOTH, BY_RIGHT, CHILD_IS_CLIENT], BY_RIGHT),
        ([*BOTH, NO_CONTACT, CHILD_MOVED], NO_CONTACT),
        (BOTH, PATIENT_DIED),
        ([], SOMEBODY_DIED),
        ([CHILD_ADDED], SOMEBODY_DIED),
        ([*BOTH, PATIENT_DIED], CHILD_IS_CLIENT),
        ([*BOTH, PATIENT_DIED, CHILD_IS_CLIENT], replace(PATIENT_DIED, person=CHILD)),
    ],
)
def test_what_may_follow_follows(before: list[PersonsEvent], told: PersonsEvent) -> None:
    assert outcome(persons_decider, given=before, when=on(told)) == [told]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([PATIENT_ADDED], PATIENT_ADDED),
        ([*BOTH, CHILD_SPEAKS], CHILD_SPEAKS),
        ([*BOTH, CHILD_SPEAKS, BY_RIGHT], CHILD_SPEAKS),
        ([*BOTH, CHILD_MOVED], CHILD_MOVED),
        ([*BOTH, PATIENT_DIED], PATIENT_DIED),
        ([SOMEBODY_DIED], SOMEBODY_DIED),
    ],
)
def test_what_is_known_already_adds_nothing(before: list[PersonsEvent], told: PersonsEvent) -> None:
    assert outcome(persons_decider, given=before, when=on(told)) == []


@pytest.mark.parametrize(
    ("before", "told", "code"),
    [
        ([], CHILD_SPEAKS, "no-such-person"),
        ([], CHILD_MOVED, "no-such-person"),
        ([], PATIENT_DIED, "no-such-person"),
        (BOTH, replace(PATIENT_DIED, person=CHILD), "not-the-client"),
        (BOTH, SOMEBODY_DIED, "client-not-named"),
        (BOTH, replace(CHILD_SPEAKS, occurred=OPENED.occurred), "impossible-order"),
        ([*BOTH, PATIENT_DIED], replace(BY_RIGHT, person=PATIENT), "person-died"),
        ([*BOTH, PATIENT_DIED], replace(PATIENT_DIED, occurred=UNKNOWN), "already-known"),
        ([SOMEBODY_DIED], replace(SOMEBODY_DIED, occurred=OPENED.occurred), "already-known"),
        ([PATIENT_ADDED], replace(PATIENT_ADDED, relation="partner"), "already-known"),
    ],
)
def test_what_cannot_be_is_refused(
    before: list[PersonsEvent], told: PersonsEvent, code: str
) -> None:
    assert refusal(persons_decider, given=before, when=on(told)) == code


@pytest.mark.parametrize("told", [PATIENT_ADDED, CHILD_SPEAKS, CHILD_MOVED, SOMEBODY_DIED])
def test_there_is_nobody_in_a_case_that_is_not_open_yet(told: PersonsEvent) -> None:
    assert refusal(persons_decider, given=[], when=on(told, Case())) == "case-new"


def test_a_client_may_die_after_the_case_closed() -> None:
    closed = case_decider.fold([OPENED, CLOSED])
    late = replace(PATIENT_DIED, occurred=Occurred.parse("2027-06-01"))

    assert outcome(persons_decider, given=BOTH, when=on(late, closed)) == [late]


def test_what_is_told_late_does_not_change_who_speaks_now() -> None:
    persons = persons_decider.fold([*BOTH, BY_RIGHT, CHILD_SPEAKS])

    assert persons.roles[CHILD] == BY_RIGHT


COMMANDS = st.lists(
    st.builds(
        replace,
        st.sampled_from(
            [
                PATIENT_ADDED,
                CHILD_ADDED,
                CHILD_SPEAKS,
                BY_RIGHT,
                CHILD_MOVED,
                PATIENT_DIED,
                SOMEBODY_DIED,
                CHILD_IS_CLIENT,
            ]
        ),
        occurred=st.sampled_from(
            [*(Occurred.parse(f"2027-02-{day:02}") for day in range(1, 29)), UNKNOWN]
        ),
    ).map(on)
)


@given(COMMANDS)
def test_whatever_is_told_what_is_repeated_adds_nothing(commands: list[PersonsCommand]) -> None:
    events = lived(persons_decider, commands)

    assert lived(persons_decider, [*commands, *commands[-1:]]) == events


@given(COMMANDS)
def test_whatever_is_told_everybody_is_there_once_and_nobody_dies_twice(
    commands: list[PersonsCommand],
) -> None:
    persons = persons_decider.fold(lived(persons_decider, commands))

    died = [event.person for event in persons.told if isinstance(event, ClientDied)]
    assert persons.added.keys() == persons.roles.keys() == persons.details.keys()
    assert len(died) == len(set(died))
    assert set(died) - {None} <= persons.added.keys()
