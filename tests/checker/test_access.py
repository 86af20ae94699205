"""A case is open in scheduling to whom it is open in casefile, where that is decided."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from hypothesis import example, given
from hypothesis import strategies as st

from casefile.access import scope
from casefile.case.beside import OnCase
from casefile.case.decider import (
    AssignCaseManager,
    CaseCommand,
    CloseCase,
    OpenCase,
    ReopenCase,
    case_decider,
)
from casefile.case.events import CODEC as CASE_CODEC
from casefile.case.examples import ASSIGNED, BACKUP, CASE_ID, CLOSED, OPENED, RELEASED, REOPENED
from casefile.codec import CODEC
from casefile.consent.decider import consent_decider
from casefile.consent.events import ConsentEvent, ConsentGiven, ConsentRefused, ConsentWithdrawn
from casefile.consent.examples import GIVEN, WITHDRAWN
from casefile.publish import publisher
from events.contracts import type_name
from events.decider import Rejected
from events.history import FOREVER
from events.occurrence import UNKNOWN, Occurred
from events.store import Json, Recorded
from events.testing import METADATA, recorded
from programmes import load
from scheduling.codec import CODEC as SCHEDULING
from scheduling.holders import holders
from scheduling.reactions.consents import REACTIONS
from scheduling.team.events import CODEC as TEAM
from scheduling.views.teams import rows

PROGRAMMES = load()
PUBLISH = publisher(PROGRAMMES)
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
ASSIGN = AssignCaseManager(
    case_manager=ASSIGNED.case_manager, role="case-manager", most=None, occurred=UNKNOWN
)
TOLD: Sequence[CaseCommand | ConsentEvent] = (
    ASSIGN,
    replace(ASSIGN, case_manager=BACKUP, role="backup"),
    RELEASED,
    CloseCase(reason=CLOSED.reason, occurred=UNKNOWN),
    ReopenCase(reason=REOPENED.reason, occurred=UNKNOWN),
    GIVEN,
    WITHDRAWN,
)
TIMES = [
    UNKNOWN,
    Occurred.parse("2027-02"),
    *(Occurred.parse(f"2027-02-{day}") for day in range(16, 22)),
    Occurred.parse("2027-02-18T10:00:00Z"),
]
HISTORIES = st.lists(st.builds(replace, st.sampled_from(TOLD), occurred=st.sampled_from(TIMES)))


def log(told: Sequence[CaseCommand | ConsentEvent]) -> list[Recorded[Json]]:
    """What casefile records of all this; what it refuses leaves no trace."""
    case, consents, events = case_decider.initial, consent_decider.initial, list[Any]()
    for each in (OpenCase(organisation=OPENED.organisation, occurred=OPENED.occurred), *told):
        with suppress(Rejected):
            if isinstance(each, ConsentGiven | ConsentWithdrawn | ConsentRefused):
                new: list[Any] = consent_decider.decide(OnCase(case=case, command=each), consents)
                consents = consent_decider.fold([*consents.told, *new])
            else:
                new = list(case_decider.decide(each, case))
                case = case_decider.fold([*(e for e in events if type(e) in OF_CASE), *new])
            events += new
    return [_stored(position, event) for position, event in enumerate(events, start=1)]


OF_CASE = frozenset(CASE_CODEC.names.values())


def _stored(position: int, event: Any) -> Recorded[Json]:  # noqa: ANN401 - of any stream
    name, data = CODEC.encode(event)
    return recorded(
        data,
        position,
        source="casefile",
        key=CASE_ID,
        type=name,
        occurred=event.occurred,
        metadata=UNDER_PROGRAMME,
    )


def heard(history: Sequence[Recorded[Json]]) -> Iterator[Recorded[Any]]:
    """What scheduling keeps of it, that bears on access."""
    for stored in history:
        name, event = PUBLISH(stored) or ("", None)
        type_ = type_name("casefile", name)
        message = replace(cast("Recorded[Any]", stored), type=type_, event=event)
        react = REACTIONS.get(message.type)
        for ask in react(message) if react else ():
            if not callable(ask.command):
                kept, _ = SCHEDULING.encode(ask.command)
                yield replace(message, type=kept, event=ask.command)


@given(HISTORIES)
def test_a_case_is_open_here_to_whom_it_is_open_there(
    told: Sequence[CaseCommand | ConsentEvent],
) -> None:
    history = log(told)

    concerned = scope(history)

    assert concerned is not None
    assert holders(heard(history)) == concerned.case_managers


@given(HISTORIES)
@example(
    [
        replace(ASSIGN, occurred=Occurred.parse("2027-02-17")),
        CloseCase(reason=CLOSED.reason, occurred=UNKNOWN),
        ReopenCase(reason=REOPENED.reason, occurred=Occurred.parse("2027-02-16")),
    ]
)
def test_whoever_is_in_the_team_now_is_so_in_the_view(
    told: Sequence[CaseCommand | ConsentEvent],
) -> None:
    team = [fact for fact in heard(log(told)) if TEAM.reads(fact.type)]

    shown = {row["member"] for row in rows(CASE_ID, team) if row["held_until"] == FOREVER}

    assert shown == holders(team)
