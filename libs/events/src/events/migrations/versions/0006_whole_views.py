"""A view that is filled for the first time says from when on it is whole."""

from events.migrate import execute

revision = "0006_whole_views"
down_revision = "0005_parked_views"


def upgrade() -> None:
    execute("0006_whole_views.sql")
