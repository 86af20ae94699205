"""How a track opens, takes its steps and has them put right, by the guards of its programme."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.track.decider import (
    CorrectStep,
    OpenTrack,
    RecordStep,
    Track,
    TrackCommand,
    track_decider,
)
from casefile.track.events import StepCorrected, StepRecorded, TrackEvent, TrackOpened
from casefile.track.examples import CLAIM_FILED, CLAIM_FILED_EARLIER, CLAIM_OPENED
from events.occurrence import UNKNOWN, Occurred
from events.testing import lived, numbered, outcome, refusal
from programmes.loader import load

DEFINITION = load().version("medical-incidents", 1)
LIABILITY = DEFINITION.track("liability")
APPLICATION = DEFINITION.track("application")
OPEN = OpenTrack(
    case=case_decider.fold([OPENED]), track="liability", occurred=CLAIM_OPENED.occurred
)
RECORD = RecordStep(defined=LIABILITY, step=CLAIM_FILED)
CORRECT = CorrectStep(defined=LIABILITY, step=CLAIM_FILED_EARLIER)


def on(day: str, step: str, ends: str | None = None, entry: int = 0) -> StepRecorded:
    return replace(
        CLAIM_FILED,
        step=step,
        outcome=ends,
        occurred=Occurred.parse(day),
        entry=numbered(entry) if entry else None,
    )


def takes(*before: StepRecorded, then: StepRecorded) -> list[TrackEvent]:
    told: list[TrackEvent] = [CLAIM_OPENED, *before]
    return outcome(track_decider, given=told, when=RecordStep(defined=LIABILITY, step=then))


def refuses(*before: StepRecorded, then: StepRecorded) -> str:
    told: list[TrackEvent] = [CLAIM_OPENED, *before]
    return refusal(track_decider, given=told, when=RecordStep(defined=LIABILITY, step=then))


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], OPEN, [CLAIM_OPENED]),
        ([CLAIM_OPENED], RECORD, [CLAIM_FILED]),
        ([CLAIM_OPENED, CLAIM_FILED], CORRECT, [CLAIM_FILED_EARLIER]),
        ([CLAIM_OPENED], OPEN, []),
        ([CLAIM_OPENED, CLAIM_FILED], RECORD, []),
        ([CLAIM_OPENED, CLAIM_FILED, CLAIM_FILED_EARLIER], CORRECT, []),
    ],
)
def test_a_track_opens_takes_steps_and_has_them_put_right_once(
    before: list[TrackEvent],
    command: OpenTrack | RecordStep | CorrectStep,
    events: list[TrackEvent],
) -> None:
    assert outcome(track_decider, given=before, when=command) == events


def test_a_track_may_have_begun_before_its_case_and_outlive_it() -> None:
    over = case_decider.fold([OPENED, CLOSED])

    early = outcome(track_decider, given=[], when=replace(OPEN, occurred=Occurred.parse("2020")))
    late = outcome(track_decider, given=[], when=replace(OPEN, case=over))

    assert [event.occurred for event in early] == [Occurred.parse("2020")]
    assert late == [CLAIM_OPENED]


def test_there_is_no_track_beside_a_case_that_is_not_open_yet() -> None:
    assert refusal(track_decider, given=[], when=replace(OPEN, case=Case())) == "case-new"


def test_a_step_needs_its_track_and_a_correction_its_step() -> None:
    nowhere = replace(RECORD, defined=None)

    assert refusal(track_decider, given=[], when=nowhere) == "no-such-track"
    assert refusal(track_decider, given=[CLAIM_OPENED], when=CORRECT) == "no-such-step"


def test_what_must_go_before_is_on_record_first() -> None:
    acknowledged = on("2027-03-04", "acknowledged")

    assert refuses(then=acknowledged) == "step-missing"
    assert takes(CLAIM_FILED, then=acknowledged) == [acknowledged]


@pytest.mark.parametrize("day", ["2027-02-28", "2027-02", "2027", "unknown"])
def test_an_order_is_refused_only_where_no_reading_of_the_times_makes_it_possible(day: str) -> None:
    acknowledged = on(day, "acknowledged")

    assert takes(CLAIM_FILED, then=acknowledged) == [acknowledged]
    assert refuses(CLAIM_FILED, then=on("2027-02-27", "acknowledged")) == "impossible-order"


def test_a_step_that_is_learnt_late_takes_its_place_and_may_not_make_another_impossible() -> None:
    settled = on("2027-03-03", "settled")

    between = on("2027-03-02", "acknowledged")
    assert takes(CLAIM_FILED, settled, then=between) == [between]
    after = on("2027-03-04", "acknowledged")
    assert refuses(CLAIM_FILED, settled, then=after) == "impossible-order"
    assert refuses(CLAIM_FILED, after, then=settled) == "impossible-order"


def test_an_outcome_may_be_what_must_have_gone_before() -> None:
    decided = on("2027-03-01", "decided", "granted")
    submitted = on("2027-02-01", "submitted")
    objection = RecordStep(defined=APPLICATION, step=on("2027-03-04", "objection-filed"))

    refused = refusal(track_decider, given=[submitted, decided], when=objection)
    rejected = replace(decided, outcome="rejected")
    events = outcome(track_decider, given=[submitted, rejected], when=objection)

    assert refused == "step-missing"
    assert events == [objection.step]


def test_some_steps_are_taken_once_and_others_again() -> None:
    first = on("2027-03-01", "settlement-offered")
    second = on("2027-03-04", "settlement-offered")

    assert takes(first, then=second) == [second]
    assert refuses(CLAIM_FILED, then=on("2027-03-04", "claim-filed")) == "step-repeated"


def test_a_correction_that_would_make_another_step_impossible_is_refused() -> None:
    told: list[TrackEvent] = [CLAIM_OPENED, CLAIM_FILED, on("2027-03-01", "acknowledged")]
    later = replace(CLAIM_FILED_EARLIER, occurred=Occurred.parse("2027-03-02"))

    command = CorrectStep(defined=LIABILITY, step=later)
    assert refusal(track_decider, given=told, when=command) == "impossible-order"
    assert outcome(track_decider, given=told, when=CORRECT) == [CLAIM_FILED_EARLIER]


def test_what_stands_already_does_not_bar_what_breaks_nothing_more() -> None:
    """A later version of a programme may rule out what was recorded under an earlier one."""
    stands: list[TrackEvent] = [CLAIM_OPENED, on("2027-02-01", "acknowledged"), CLAIM_FILED]

    talk = on("2027-03-01", "adjuster-talk")

    assert outcome(track_decider, given=stands, when=RecordStep(defined=LIABILITY, step=talk)) == [
        talk
    ]


STEPS = sorted(LIABILITY.steps, key=lambda s: s.code) if LIABILITY else []
DAYS = st.sampled_from(["2027-01-01", "2027-01-02", "2027-01-03", "2027-01", "unknown"])
TOLD = st.builds(
    on, DAYS, st.sampled_from([step.code for step in STEPS]), entry=st.integers(1, 1000)
)


def alive(steps: list[StepRecorded]) -> Track:
    commands: list[TrackCommand] = [OPEN]
    commands += [RecordStep(defined=LIABILITY, step=step) for step in steps]
    return track_decider.fold(lived(track_decider, commands))


def causes(step: StepRecorded) -> set[str]:
    rule = LIABILITY.step(step.step) if LIABILITY else None
    return {gone.step for gone in rule.after} if rule else set()


def respects_causality(order: tuple[StepRecorded, ...]) -> bool:
    """What happened after a step was told of cannot have caused it."""
    for number, step in enumerate(order):
        told = {s.step for s in order[:number] if not step.occurred.certainly_before(s.occurred)}
        if causes(step) and not causes(step) & told:
            return False
    return True


@given(st.lists(TOLD, max_size=5))
def test_any_order_of_arrival_that_respects_causality_gives_the_same_track(
    steps: list[StepRecorded],
) -> None:
    accepted = [s for s in alive(steps).steps if isinstance(s, StepRecorded)]

    orders = [order for order in permutations(accepted) if respects_causality(order)]

    assert orders
    for order in orders:
        assert {repr(s) for s in alive(list(order)).steps} == {repr(s) for s in accepted}


@given(st.lists(TOLD, max_size=8))
def test_whatever_is_told_a_track_opens_first_and_nothing_is_told_twice(
    steps: list[StepRecorded],
) -> None:
    commands: list[TrackCommand] = [OPEN]
    commands += [RecordStep(defined=LIABILITY, step=step) for step in steps]
    events = lived(track_decider, commands)

    assert [isinstance(e, TrackOpened) for e in events[:2]] == [True, False][: len(events)]
    for step in (e for e in events if isinstance(e, StepRecorded)):
        commands.append(RecordStep(defined=LIABILITY, step=step))
    assert lived(track_decider, commands) == events
    told = [replace(e, entry=None) for e in events if isinstance(e, StepRecorded)]
    assert len(told) == len({repr(step) for step in told})


@given(st.lists(TOLD, max_size=4), DAYS)
def test_a_correction_leaves_the_number_of_steps_and_the_last_word_stands(
    steps: list[StepRecorded], day: str
) -> None:
    before = alive(steps)
    for step in before.steps:
        if step.entry is None:
            continue
        correction = StepCorrected(
            track=step.track,
            step=step.step,
            outcome=None,
            data={},
            entry=step.entry,
            occurred=Occurred.parse(day) if day != "unknown" else UNKNOWN,
            corrects=numbered(1),
        )
        after = track_decider.evolve(before, correction)
        assert len(after.steps) == len(before.steps)
        assert after.entry(step.entry) == correction
