"""Deadlines: what is to be done, by when after which event, by whom, and who steps in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from events.contracts import type_name
from events.contracts.contract import Code
from programmes.published import PublishedType, one_of
from programmes.term import Days, Labels, Source, Version, codes
from programmes.track import Step, Track

TeamRole = Annotated[Code, one_of("teamRoles")]


class Deadline(Labels):
    """Due so many `days` after an event, or on the day that a track step says in its `due_on`.

    The deadline of a step is met by steps of the same track; `when_outcome` limits it to those
    outcomes. A deadline with a `backup` is hard: if its owner is away, the backup does it.
    """

    policy: Code
    version: Version
    source: Source
    triggered_by: PublishedType
    when_outcome: frozenset[Code] = frozenset()
    met_by: Annotated[tuple[PublishedType, ...], Field(min_length=1)]
    days: Days | None = None
    due_on: Code | None = None
    owner: TeamRole | None = None
    backup: TeamRole | None = None


def strange(deadlines: Iterable[Deadline], tracks: Iterable[Track]) -> Iterator[str]:
    """What is wrong between deadlines and the steps that set and meet them."""
    steps = {type_name("casefile", s.publishes): (t, s) for t in tracks for s in t.steps}
    for deadline in deadlines:
        for mistake in _mistakes(deadline, steps):
            yield f"{deadline.policy}: {mistake}"


def _mistakes(deadline: Deadline, steps: Mapping[str, tuple[Track, Step]]) -> Iterator[str]:
    track, step = steps.get(deadline.triggered_by, (None, None))
    for met_by in deadline.met_by:
        if _service(met_by) != _service(deadline.triggered_by):
            yield f"{met_by} and its trigger come from two services, in no order"
        if track and steps.get(met_by, (None, None))[0] is not track:
            yield f"{met_by} is no step of the track that sets it"
    if (deadline.days is None) == (deadline.due_on is None):
        yield "either days or dueOn is needed"
    if deadline.due_on is not None:
        field = step.field(deadline.due_on) if step else None
        if field is None or field.type != "date" or not field.published:
            yield f"its trigger publishes no date called {deadline.due_on}"
    if unknown := deadline.when_outcome - codes(step.outcomes if step else ()):
        yield f"its trigger never ends as {', '.join(sorted(unknown))}"


def _service(type_: str) -> str:
    return type_.split(".")[1]
