"""Every view of every service, fact after fact, holds what all facts say anew."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile.codec import CODEC as CASEFILE
from checker import slowly
from checker.histories import KEY, events_of, histories
from checker.services import rules
from events.contracts import registry
from events.growing import Fold
from events.history import straight
from events.store import Recorded
from events.views import Row, View, believed, believed_straight
from intake.codec import CODEC as INTAKE
from programmes import load
from scheduling.codec import CODEC as SCHEDULING

PROGRAMMES = load()
EVENTS: Mapping[str, Mapping[str, type[Any]]] = {
    "intake": INTAKE.names,
    "casefile": CASEFILE.names,
    "scheduling": SCHEDULING.names,
    "analytics": registry(PROGRAMMES.track_steps()),
}


BEGINNINGS = {
    "offer.candidate-identified.v1",
    "referral.made.v1",
    "case.opened.v1",
    "deadline.set.v1",
    "appointment.planned.v1",
    "case-manager.absence-recorded.v1",
    "team.joined.v1",
    "leidraad.intake.candidate-identified.v1",
    "leidraad.intake.referral-made.v1",
    "leidraad.casefile.case-opened.v1",
}
"""Without these there would seldom be a row."""
VIEWS = [
    pytest.param(service, view, id=view.table.name)
    for service, own in rules(PROGRAMMES).items()
    for view in own.views
]


@st.composite
def logs(draw: st.DrawFn, service: str, view: View) -> list[Recorded[Any]]:
    """Of a few kinds of event, so that each happens more than once."""
    known = EVENTS[service]
    names = sorted(known.keys() & (view.types or known.keys()))
    few = draw(st.lists(st.sampled_from(names), max_size=6, unique=True))
    few += BEGINNINGS & {*names} - {*few}
    return draw(histories(events_of({name: known[name] for name in few})))


@pytest.mark.parametrize(("service", "view"), VIEWS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_fact_is_added_to_what_all_before_it_say(
    service: str, view: View, data: st.DataObject
) -> None:
    log = data.draw(logs(service, view))

    rows = believed(view, KEY, log)

    assert ordered(rows) == ordered(slowly.believed(view, KEY, log))


@pytest.mark.parametrize(("service", "view"), VIEWS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_rebuild_of_what_came_in_order_says_the_same(
    service: str, view: View, data: st.DataObject
) -> None:
    log: list[Recorded[Any]] = []
    for fact in data.draw(logs(service, view)):
        log += [fact] if straight([*log, fact]) else []

    rows = believed_straight(view, KEY, log)

    assert ordered(rows) == ordered(slowly.believed(view, KEY, log))


@pytest.mark.parametrize(("service", "view"), VIEWS)
def test_no_view_looks_at_all_facts_for_each(service: str, view: View) -> None:
    assert isinstance(view.rows, Fold), service


def ordered(rows: Sequence[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)
