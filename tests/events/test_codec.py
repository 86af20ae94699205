"""Events are read as they were written, and old ones as today's."""

from dataclasses import dataclass, replace
from datetime import date
from typing import get_args
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codec import Codec, UnknownEvent
from events.occurrence import UNKNOWN, Occurred
from events.store import Json
from events.testing import numbered, recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet:
    occurred: Occurred
    goal: str
    due_on: date | None
    minutes: int
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCorrected:
    occurred: Occurred
    corrects: UUID
    goal: str


PlanEvent = GoalSet | GoalCorrected


def with_minutes(old: Json) -> tuple[str, Json]:
    return "plan.goal-set.v3", {**old, "minutes": 60 * old.pop("hours")}


CODEC = Codec[PlanEvent](
    {"plan.goal-set.v3": GoalSet, "plan.goal-corrected.v1": GoalCorrected},
    {
        "plan.goal-set.v1": lambda old: ("plan.goal-set.v2", {**old, "people": []}),
        "plan.goal-set.v2": with_minutes,
    },
)
DAY = Occurred.parse("2019-03-05")
TIMES = st.sampled_from([DAY, UNKNOWN, Occurred.parse("2019-03-05T10:00:00Z")])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
EVENTS = st.one_of(
    st.builds(
        GoalSet,
        occurred=TIMES,
        goal=TEXTS,
        due_on=st.none() | st.dates(),
        minutes=st.integers(0, 10**9),
        people=st.lists(st.uuids()).map(tuple),
    ),
    st.builds(GoalCorrected, occurred=TIMES, corrects=st.uuids(), goal=TEXTS),
)


@given(EVENTS)
def test_an_event_is_read_as_it_was_written(event: PlanEvent) -> None:
    name, data = CODEC.encode(event)

    stored = recorded(orjson.loads(orjson.dumps(data)), type=name, occurred=event.occurred)
    stored = replace(stored, corrects=getattr(event, "corrects", None))

    assert CODEC.decode(stored) == replace(stored, event=event)
    assert not {"occurred", "corrects"} & data.keys()


def test_every_class_has_a_name() -> None:
    assert set(CODEC.names.values()) == set(get_args(PlanEvent))


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_event_is_read_by_todays_code(version: int) -> None:
    old: Json = {"goal": "walk", "due_on": None, "hours": 2}
    if version == 2:
        old["people"] = []

    read = CODEC.decode(recorded(old, type=f"plan.goal-set.v{version}", occurred=DAY))

    assert read.type == "plan.goal-set.v3"
    assert read.event == GoalSet(occurred=DAY, goal="walk", due_on=None, minutes=120, people=())


def test_an_event_of_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEvent, match=r"plan.goal-met.v1 at position 7 of intake"):
        CODEC.decode(recorded({}, 7, type="plan.goal-met.v1"))


def test_a_correction_names_the_original_that_the_log_names() -> None:
    corrected = recorded({"goal": "run"}, 2, type="plan.goal-corrected.v1", corrects=numbered(1))

    assert CODEC.decode(corrected).event == GoalCorrected(
        occurred=corrected.occurred, corrects=numbered(1), goal="run"
    )


def test_events_of_other_streams_are_not_its_to_read() -> None:
    assert CODEC.reads("plan.goal-corrected.v1")
    assert not CODEC.reads("case.opened.v1")
