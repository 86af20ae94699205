"""Deadlines: what is to be done, by when after which event, by whom, and who steps in."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from events.contracts import type_name
from events.contracts.contract import Code
from programmes.published import Context, PublishedType, one_of, service_of
from programmes.term import Days, Labels, Source, Version
from programmes.track import Step, Track
from programmes.trigger import Values, field_of, unsaid

TeamRole = Annotated[Code, one_of("teamRoles")]


class Deadline(Labels):
    """Due so many `days` after an event, or on the day that the event says in its field `due_on`.

    The deadline of a step is met by steps of the same track. `when` limits it to events with these
    values in these fields, such as an outcome; one with another value takes its reason away. Where
    the `first_counts`, what comes again while it stands does not move it, and what meets it may
    have happened before its cause. Once the case is closed it is silent, unless it goes on
    `after_closing`. Whoever has the role of its `owner` in the team of the case does it; while they
    are away, whoever has that of `backup`.
    """

    policy: Code
    version: Version
    source: Source
    triggered_by: PublishedType
    when: Mapping[Code, Values] = {}
    met_by: Annotated[tuple[PublishedType, ...], Field(min_length=1)]
    days: Days | None = None
    due_on: Code | None = None
    first_counts: bool = False
    after_closing: bool = False
    owner: TeamRole | None = None
    backup: TeamRole | None = None


def strange(
    deadlines: Iterable[Deadline], tracks: Iterable[Track], known: Context
) -> Iterator[str]:
    """What is wrong between deadlines and what sets and meets them."""
    steps = {type_name("casefile", s.publishes): (t, s) for t in tracks for s in t.steps}
    for deadline in deadlines:
        track, step = steps.get(deadline.triggered_by, (None, None))
        met_in = (steps.get(met_by, (None, None))[0] for met_by in deadline.met_by)
        for mistake in (
            *_unmet(deadline, track, met_in),
            *_undated(deadline, step, known),
            *unsaid(deadline.triggered_by, deadline.when, step, known),
        ):
            yield f"{deadline.policy}: {mistake}"


def _unmet(
    deadline: Deadline, track: Track | None, met_in: Iterable[Track | None]
) -> Iterator[str]:
    for met_by, other in zip(deadline.met_by, met_in, strict=True):
        if service_of(met_by) != service_of(deadline.triggered_by):
            yield f"{met_by} and its trigger come from two services, in no order"
        if track and other is not track:
            yield f"{met_by} is no step of the track that sets it"


def _undated(deadline: Deadline, step: Step | None, known: Context) -> Iterator[str]:
    if (deadline.days is None) == (deadline.due_on is None):
        yield "either days or dueOn is needed"
    if deadline.due_on is None:
        return
    if step:
        field = step.field(deadline.due_on)
        dated = field is not None and field.type == "date" and field.published
    else:
        own = known["types"][deadline.triggered_by].model_fields.get(field_of(deadline.due_on))
        dated = own is not None and own.annotation in (date, date | None)
    if not dated:
        yield f"its trigger publishes no date called {deadline.due_on}"
