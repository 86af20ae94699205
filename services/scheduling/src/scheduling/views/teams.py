"""Teams: one row per case manager in the team of a case."""

from collections.abc import Iterable

from sqlalchemy import Column, Uuid

from events.views import Row, View, states
from scheduling.team.decider import Team, team_decider
from scheduling.team.events import CODEC


def _rows(_programme: str, team: Team) -> Iterable[Row]:
    for member in team.members:
        yield {"member": member}


rows = states(team_decider, _rows)

TEAMS = View.of(
    "teams", 1, Column("member", Uuid, nullable=False), types=CODEC.stored_names, rows=rows
)
