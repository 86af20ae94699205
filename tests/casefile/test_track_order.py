"""Which steps of the shipped programme cannot come after others, however they are learnt."""

from dataclasses import replace

import pytest

from casefile.case.decider import case_decider
from casefile.case.examples import OPENED
from casefile.track.decider import OpenTrack, RecordStep, TrackCommand, track_decider
from casefile.track.events import StepRecorded
from casefile.track.examples import CLAIM_FILED
from events.occurrence import Occurred
from events.testing import lived
from programmes.loader import load

DEFINITION = load().version("medical-incidents", 1)
ENDS = {"decided": "rejected"}
"""How a step ended, where the next one needs that."""
OBJECTED = ("submitted", "decided", "objection-filed")
INVESTIGATED = (
    *("report-finished", "inspectorate-judged"),
    *("closing-letter-sent", "report-access-decided"),
)
BARRED = [
    *(("calamity-investigation", (), bar, "reported-internally") for bar in INVESTIGATED),
    *(("calamity-investigation", (), bar, "started") for bar in INVESTIGATED),
    ("liability", ("settlement-offered",), "settlement-accepted", "settlement-offered"),
    ("liability", ("claim-filed",), "settled", "settlement-offered"),
    ("application", (), "stopped", "submitted"),
    ("application", ("submitted",), "stopped", "decided"),
    ("application", OBJECTED, "objection-decided", "hearing-held"),
]
"""A track, what went before, what bars a step from then on, and that step."""


def on(day: str, step: str) -> StepRecorded:
    return replace(CLAIM_FILED, step=step, outcome=ENDS.get(step), occurred=Occurred.parse(day))


def in_turn(*steps: str) -> list[StepRecorded]:
    """One a day."""
    return [on(f"2027-02-{number:02}", step) for number, step in enumerate(steps, start=1)]


def taken(track: str, *told: StepRecorded) -> list[str]:
    """Those that are taken, of what is told one after the other."""
    case = case_decider.fold([OPENED])
    defined = DEFINITION.track(track)
    commands: list[TrackCommand] = [OpenTrack(case=case, track=track, occurred=OPENED.occurred)]
    commands += [RecordStep(defined=defined, step=replace(step, track=track)) for step in told]
    events = lived(track_decider, commands)
    return [event.step for event in events if isinstance(event, StepRecorded)]


@pytest.mark.parametrize(("track", "before", "bar", "then"), BARRED)
def test_what_cannot_come_after_something_is_refused_however_it_is_learnt(
    track: str, before: tuple[str, ...], bar: str, then: str
) -> None:
    barred, late = on("2027-02-20", bar), on("2027-02-21", then)

    assert taken(track, *in_turn(*before), barred, late) == [*before, bar]
    assert taken(track, *in_turn(*before), late, barred) == [*before, then]
    for day in ("2027-02-20", "2027-02-19", "2027-02", "unknown"):
        possible = on(day, then)
        assert taken(track, *in_turn(*before), barred, possible) == [*before, bar, then]


@pytest.mark.parametrize(
    ("track", "steps"),
    [
        ("liability", ("settlement-offered", "settlement-rejected", "settlement-offered")),
        ("calamity-investigation", ("started", "closing-letter-sent", "report-finished")),
        ("calamity-investigation", ("closing-letter-sent", "inspectorate-judged")),
        ("calamity-investigation", ("report-access-decided", "report-access-decided")),
        ("application", ("submitted", "decided", "stopped", "objection-filed", "hearing-held")),
        ("application", (*OBJECTED, "stopped", "hearing-held", "objection-decided")),
    ],
)
def test_what_may_come_after_all_is_taken(track: str, steps: tuple[str, ...]) -> None:
    """A bid after one that was rejected, a report put right, an objection to what was let rest."""
    assert taken(track, *in_turn(*steps)) == list(steps)


@pytest.mark.parametrize("after_all", ["decided", "objection-filed"])
def test_nothing_is_decided_and_objected_to_that_was_stopped_undecided(after_all: str) -> None:
    assert taken("application", *in_turn("submitted", "stopped", after_all)) == [
        "submitted",
        "stopped",
    ]
