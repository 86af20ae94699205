"""Of which kinds of track a step is, and whether two steps belong together in each track."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analytics.views.conditions import Point
from analytics.views.cut import Cut
from analytics.views.milestones import milestone_names
from events.history import FOREVER
from kit.access import Principal, Role
from programmes.loader import Programmes, load
from programmes.model import Definition

CUT = Cut(
    principal=Principal(subject="somebody", role=Role.ANALYST),
    programme=None,
    as_of=FOREVER,
    known_at=FOREVER,
)


def _publishing(code: str, **published: Sequence[str]) -> Definition:
    """The shipped definition under another code: these kinds of track publish these names."""
    [shipped, *_] = load().definitions
    [track, *_] = shipped.tracks
    tracks = [
        track.model_copy(
            update={
                "code": kind,
                "steps": [track.steps[0].model_copy(update={"publishes": name}) for name in names],
            }
        )
        for kind, names in published.items()
    ]
    return shipped.model_copy(update={"code": code, "tracks": tracks})


@pytest.mark.parametrize(
    ("repair", "salvage", "together"),
    [
        (["begun", "ended"], [], True),
        (["begun", "ended"], ["begun", "ended"], True),
        (["begun", "ended"], ["ended"], False),
        (["begun"], ["ended"], False),
    ],
)
def test_two_steps_are_of_one_track_where_no_other_kind_publishes_one_of_them(
    repair: list[str], salvage: list[str], *, together: bool
) -> None:
    known = milestone_names(Programmes((_publishing("ships", repair=repair, salvage=salvage),)))
    begun, ended = (Point.parse(name, known) for name in ("begun", "ended"))

    assert begun.beside(ended, CUT) is ended.beside(begun, CUT) is together


def test_of_which_kind_of_track_a_step_is_says_the_programme_that_is_asked_for() -> None:
    ships = _publishing("ships", repair=["begun", "ended"])
    docks = _publishing("docks", repair=["begun"], salvage=["ended"])
    known = milestone_names(Programmes((ships, docks)))
    begun, ended = (Point.parse(name, known) for name in ("begun", "ended"))

    of = {p: begun.beside(ended, replace(CUT, programme=p)) for p in ("ships", "docks", None)}

    assert of == {"ships": True, "docks": False, None: False}
