"""How a track opens and takes its steps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.track.decider import OpenTrack, RecordStep, TrackCommand, track_decider
from casefile.track.events import TrackEvent, TrackOpened
from casefile.track.examples import CLAIM_FILED, CLAIM_OPENED
from events.occurrence import Occurred
from events.testing import lived, outcome, refusal

OPEN = OpenTrack(
    case=case_decider.fold([OPENED]), track="liability", occurred=CLAIM_OPENED.occurred
)
FILE = RecordStep(step="claim-filed", outcome=None, occurred=CLAIM_FILED.occurred)


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], OPEN, [CLAIM_OPENED]),
        ([CLAIM_OPENED], FILE, [CLAIM_FILED]),
        ([CLAIM_OPENED], OPEN, []),
        ([CLAIM_OPENED, CLAIM_FILED], FILE, []),
    ],
)
def test_a_track_opens_and_takes_steps_once(
    before: list[TrackEvent], command: TrackCommand, events: list[TrackEvent]
) -> None:
    assert outcome(track_decider, given=before, when=command) == events


def test_a_step_may_be_taken_again_on_another_day_or_with_another_outcome() -> None:
    before: list[TrackEvent] = [CLAIM_OPENED, CLAIM_FILED]
    later = replace(FILE, occurred=Occurred.parse("2027-03-01"))
    other = replace(FILE, outcome="refused")

    assert len(outcome(track_decider, given=before, when=later)) == 1
    assert len(outcome(track_decider, given=before, when=other)) == 1


def test_a_track_may_have_begun_before_its_case_and_outlive_it() -> None:
    over = case_decider.fold([OPENED, CLOSED])

    early = outcome(track_decider, given=[], when=replace(OPEN, occurred=Occurred.parse("2020")))
    late = outcome(track_decider, given=[], when=replace(OPEN, case=over))

    assert [event.occurred for event in early] == [Occurred.parse("2020")]
    assert late == [CLAIM_OPENED]


def test_there_is_no_track_beside_a_case_that_is_not_open_yet() -> None:
    assert refusal(track_decider, given=[], when=replace(OPEN, case=Case())) == "case-new"


def test_a_step_needs_its_track() -> None:
    assert refusal(track_decider, given=[], when=FILE) == "no-such-track"


COMMANDS = st.lists(
    st.just(OPEN)
    | st.builds(
        replace,
        st.just(FILE),
        step=st.sampled_from(["claim-filed", "acknowledged"]),
        outcome=st.sampled_from([None, "held"]),
    )
)


@given(COMMANDS)
def test_whatever_is_asked_a_track_opens_first_and_no_step_is_told_twice(
    commands: list[TrackCommand],
) -> None:
    events = lived(track_decider, commands)

    assert [isinstance(e, TrackOpened) for e in events[:2]] == [True, False][: len(events)]
    assert len(events) == len({repr(event) for event in events})
    assert lived(track_decider, [*commands, *commands[-1:]]) == events
    assert track_decider.fold(events) == track_decider.fold(events)
