"""How instruments are completed in waves and put right, and when an evaluation is held."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.evaluation.decider import EvaluationCommand, evaluation_decider
from casefile.evaluation.examples import HELD
from casefile.instrument.decider import (
    CorrectInstrument,
    InstrumentCommand,
    instrument_decider,
)
from casefile.instrument.events import InstrumentCompleted, InstrumentEvent
from casefile.instrument.examples import COMPLETED, COMPLETION, CORRECTED, SYMPTOMS
from events.occurrence import Occurred
from events.testing import lived, numbered, outcome, refusal

OPEN = case_decider.fold([OPENED])
OVER = case_decider.fold([OPENED, CLOSED])
CORRECTION = CorrectInstrument(
    completion=COMPLETION,
    corrects=CORRECTED.corrects,
    wave=CORRECTED.wave,
    scores=CORRECTED.scores,
    occurred=CORRECTED.occurred,
)


def on(
    command: InstrumentCompleted | CorrectInstrument,
    case: Case = OPEN,
    **changed: Any,  # noqa: ANN401 - fields of the command
) -> InstrumentCommand:
    return OnCase(case=case, command=replace(command, **changed))


def held(case: Case = OPEN, when: str = "2027-02-26") -> EvaluationCommand:
    return OnCase(case=case, command=replace(HELD, occurred=Occurred.parse(when)))


FOLLOW_UP = on(COMPLETED, completion=numbered(1), wave="follow-up")


def test_an_instrument_is_completed_with_its_scores() -> None:
    assert outcome(instrument_decider, given=[], when=on(COMPLETED)) == [COMPLETED]


def test_each_instrument_is_completed_once_in_each_wave() -> None:
    before: list[InstrumentEvent] = [COMPLETED]

    again = refusal(instrument_decider, given=before, when=on(COMPLETED, completion=numbered(1)))
    other = outcome(instrument_decider, given=before, when=on(SYMPTOMS))
    follow_up = outcome(instrument_decider, given=before, when=FOLLOW_UP)

    assert (again, other) == ("already-completed", [SYMPTOMS])
    assert follow_up == [FOLLOW_UP.command]


def test_a_follow_up_may_come_after_the_case_closed() -> None:
    late = on(COMPLETED, OVER, occurred=Occurred.parse("2028-03-01"))

    assert outcome(instrument_decider, given=[], when=late) == [late.command]


def test_scores_are_corrected_as_a_whole() -> None:
    assert outcome(instrument_decider, given=[COMPLETED], when=on(CORRECTION)) == [CORRECTED]


def test_a_correction_does_not_move_a_completion_into_a_wave_that_is_taken() -> None:
    before = [COMPLETED, *outcome(instrument_decider, given=[COMPLETED], when=FOLLOW_UP)]

    moved = on(CORRECTION, wave="follow-up")

    assert refusal(instrument_decider, given=before, when=moved) == "already-completed"


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([COMPLETED], on(COMPLETED)),
        ([COMPLETED, CORRECTED], on(COMPLETED)),
        ([COMPLETED, CORRECTED], on(CORRECTION)),
        ([COMPLETED], on(CORRECTION, scores=COMPLETED.scores)),
    ],
)
def test_what_says_nothing_new_is_ignored(
    before: list[InstrumentEvent], command: InstrumentCommand
) -> None:
    assert outcome(instrument_decider, given=before, when=command) == []


def test_what_was_not_told_is_not_corrected_and_a_case_comes_first() -> None:
    nothing = on(CORRECTION, corrects=None)

    assert refusal(instrument_decider, given=[], when=on(CORRECTION)) == "no-such-completion"
    assert refusal(instrument_decider, given=[COMPLETED], when=nothing) == "no-such-completion"
    assert refusal(instrument_decider, given=[], when=on(COMPLETED, Case())) == "case-new"


@given(
    st.lists(
        st.builds(
            on,
            st.sampled_from([COMPLETED, SYMPTOMS, CORRECTION]),
            completion=st.sampled_from([numbered(1), numbered(2), numbered(3)]),
            wave=st.sampled_from(["first", "follow-up"]),
            scores=st.sampled_from([{"total": 1.5}, {"total": 2.25}]),
        )
    )
)
def test_whatever_is_asked_no_wave_has_an_instrument_twice(
    commands: list[InstrumentCommand],
) -> None:
    events = lived(instrument_decider, commands)

    completions = instrument_decider.fold(events).completions.values()
    waves = [(each.instrument, each.wave) for each in completions]
    assert len(waves) == len(set(waves))
    assert lived(instrument_decider, [*commands, *commands[-1:]]) == events


def test_an_evaluation_is_held_while_the_case_is_open() -> None:
    assert outcome(evaluation_decider, given=[], when=held()) == [HELD]
    assert outcome(evaluation_decider, given=[HELD], when=held()) == []
    assert refusal(evaluation_decider, given=[], when=held(Case())) == "case-new"
    assert refusal(evaluation_decider, given=[], when=held(when="2027-02-14")) == "impossible-order"
    assert refusal(evaluation_decider, given=[], when=held(OVER, "2027-03-02")) == "case-closed"


@given(
    st.lists(
        st.builds(
            lambda n: OnCase(case=OPEN, command=replace(HELD, evaluation=numbered(n))),
            st.integers(1, 3),
        )
    )
)
def test_whatever_is_asked_each_evaluation_is_told_once(commands: list[EvaluationCommand]) -> None:
    events = lived(evaluation_decider, commands)

    assert {event.evaluation for event in events} == {c.command.evaluation for c in commands}
    assert len(events) == len(evaluation_decider.fold(events))
