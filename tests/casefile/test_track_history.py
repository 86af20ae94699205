"""A track read at two times is what somebody finds who folds the log by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casefile.track.answer import track_answers
from casefile.track.events import CODEC, StepCorrected, StepRecorded, TrackEvent, TrackOpened
from casefile.track.examples import CLAIM
from events.history import facts
from events.occurrence import UNKNOWN, Occurred
from events.store import Json, Recorded
from events.testing import numbered, recorded
from programmes.loader import load

DEFINITION = load().version("medical-incidents", 1)
BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
OPENED_AT = BEGIN + timedelta(days=3)
DAYS = st.integers(0, 8)
OCCURRED = DAYS.map(lambda n: Occurred.instant(BEGIN + timedelta(days=n))) | st.just(UNKNOWN)
CODES = st.sampled_from(["client-informed", "settlement-offered", "negotiated"])
TELLING = st.tuples(OCCURRED, CODES, st.none() | st.integers(0, 3))
"""When it happened, what, and which of the steps told before it puts right, if any."""

Told = tuple[Occurred, str, int | None]


def stored(event: TrackEvent, position: int) -> Recorded[Json]:
    """Told one a day."""
    name, data = CODEC.encode(event)
    return recorded(
        data,
        position,
        stream=CLAIM,
        type=name,
        occurred=event.occurred,
        recorded_at=BEGIN + timedelta(days=position),
        corrects=getattr(event, "corrects", None),
    )


def log(tellings: Sequence[Told]) -> list[Recorded[Json]]:
    """Each step is called by the position at which it was told first."""
    written = [stored(TrackOpened(track="liability", occurred=Occurred.instant(OPENED_AT)), 1)]
    codes: dict[int, str] = {}
    last: dict[int, int] = {}
    for position, (occurred, code, corrects) in enumerate(tellings, start=2):
        entry = list(codes)[corrects] if corrects is not None and corrects < len(codes) else 0
        if entry:
            written.append(
                stored(_correction(entry, codes[entry], last[entry], occurred), position)
            )
        else:
            codes[position] = code
            written.append(stored(_step(position, code, occurred), position))
        last[entry or position] = position
    return written


def _step(entry: int, code: str, occurred: Occurred) -> StepRecorded:
    return StepRecorded(
        track="liability", step=code, outcome=None, entry=numbered(entry), occurred=occurred
    )


def _correction(entry: int, code: str, told_as: int, occurred: Occurred) -> StepCorrected:
    return StepCorrected(
        track="liability",
        step=code,
        outcome=None,
        data={},
        entry=numbered(entry),
        occurred=occurred,
        corrects=numbered(told_as),
    )


def by_hand(
    written: Sequence[Recorded[Json]], as_of: datetime, known_at: datetime
) -> list[tuple[str, str]]:
    last: dict[object, Recorded[Json]] = {}
    for each in written[1:]:
        if each.recorded_at <= known_at:
            last[each.event["entry"]] = each
    placed = [(each.occurred.at or each.recorded_at, each) for each in last.values()]
    happened = sorted(((at, n) for n, (at, _) in enumerate(placed) if at <= as_of))
    return [(placed[n][1].event["step"], str(placed[n][1].occurred)) for _, n in happened]


@given(st.lists(TELLING, max_size=7), DAYS, DAYS)
def test_at_any_two_times_a_track_is_what_folding_by_hand_gives(
    tellings: list[Told], happened: int, known: int
) -> None:
    written = log(tellings)
    as_of, known_at = BEGIN + timedelta(days=happened), BEGIN + timedelta(days=known + 1)

    answers = track_answers(facts(written, as_of=as_of, known_at=known_at), DEFINITION)

    expected = by_hand(written, as_of, known_at) if as_of >= OPENED_AT else []
    steps = [(step.step, step.occurred_at) for track in answers for step in track.steps]
    phases = [track.phase for track in answers]
    assert steps == expected
    assert phases == ([steps[-1][0] if steps else None] if as_of >= OPENED_AT else [])
